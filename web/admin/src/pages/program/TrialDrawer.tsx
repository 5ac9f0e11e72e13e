// One trial: how far it is, what it has found, and who would gain or lose.
import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Drawer, Progress, Segmented, Skeleton, Space, Switch, Table, Tabs } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useWrite } from '../../api/hooks'
import { formatMoney, percentOf } from '../../api/money'
import type { Proof, Trial, TrialFigures, TrialOrder, TrialPerson, TrialResult, WorstLine } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can, useCan } from '../../app/permissions'
import { apiText } from '../../app/token'
import { CompareBars } from '../../parts/charts'
import { ConfirmAmount, useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { saveText } from '../../parts/csv'
import { EmptyState } from '../../parts/EmptyState'
import { Money } from '../../parts/Money'
import { Pill, StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { partOf, size } from './draft'
import { Figures, Signed } from './Effect'

const faint = { color: '#56625d' }

export function TrialDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const found = useRead('GET /trials/{id}', { path: { id } }, { every: (x) => (x && (x.state === 'queued' || x.state === 'running') ? (x.kind === 'shadow' ? 5000 : 1000) : false) })
  const x = found.data
  return (
    <Drawer open onClose={onClose} size={980} title={x ? x.title || t(`trial.kind_${x.kind}`) : t('menu.trials')} extra={x && <StatusTag noun="trial" state={x.state} />} footer={x && <Actions of={x} />}>
      {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : !x ? <Skeleton active paragraph={{ rows: 10 }} /> : <Body of={x} />}
    </Drawer>
  )
}

function Body({ of }: { of: Trial }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <div className="stack">
      <p style={{ ...faint, margin: 0 }}>
        {of.plan && <>{t('trial.tries', { what: `${t(`strategy.${of.plan.strategy}`, of.plan.strategy)} ${of.plan.version}` })} · </>}
        {of.to ? t('trial.paid_within', { from: time.minute(of.from), to: time.minute(of.to) }) : t('trial.since', { at: time.minute(of.from) })} · {of.author}
      </p>
      <HowFar of={of} />
      {of.state === 'failed' && <Alert type="error" showIcon title={of.note || of.code} description={t('trial.failed_help')} />}
      {of.state !== 'failed' && of.code && <Alert type="warning" showIcon title={of.note || of.code} description={t('trial.waits_help')} />}
      {of.proof && <Proven of={of.proof} state={of.state} />}
      {of.figures && <Totals of={of.figures} />}
      {of.figures && of.result && of.figures.orders > 0 && (
        <Tabs items={[
          { key: 'chart', label: t('trial.tab_months'), children: <Charts of={of.result} /> },
          ...(of.figures.compared > 0 ? [
            { key: 'people', label: t('trial.tab_people'), children: <People id={of.id} /> },
            { key: 'orders', label: t('trial.tab_orders'), children: <Orders id={of.id} /> },
          ] : []),
          ...(of.result.closes.length > 0 || of.result.grading.promoted + of.result.grading.demoted + of.result.grading.held > 0 ? [{ key: 'beside', label: t('trial.tab_beside'), children: <Beside of={of.result} /> }] : []),
          { key: 'risk', label: t('trial.tab_risk'), children: <Risk of={of.result} figures={of.figures} /> },
          { key: 'gaps', label: <>{t('trial.tab_gaps')}{of.figures.undecided > 0 && <Pill tone="warning" style={{ marginInlineStart: 6 }}>{of.figures.undecided}</Pill>}</>, children: <Gaps of={of.result} /> },
        ]} />
      )}
    </div>
  )
}

/** Orders done of all, and the money so far: the numbers move while it runs. */
function HowFar({ of }: { of: Trial }) {
  const { t } = useTranslation()
  if (of.kind === 'shadow') return of.state === 'running' || of.state === 'queued' ? <Alert type="info" showIcon title={t('shadow.runs', { count: of.figures?.orders ?? 0 })} /> : null
  if (of.state === 'done') return null
  const under = of.state === 'running' || of.state === 'queued'
  return (
    <div aria-live="polite">
      <Progress percent={partOf(of.done, of.total)} status={of.state === 'failed' ? 'exception' : under ? 'active' : 'normal'} aria-label={t('trial.progress')} />
      <div className="num">{t('trial.done_of', { done: of.done, total: of.total })}{of.figures && <> · {t('trial.so_far', { was: formatMoney(of.figures.was.granted), would: formatMoney(of.figures.would.granted) })}</>}</div>
    </div>
  )
}

function Totals({ of }: { of: TrialFigures }) {
  const { t } = useTranslation()
  if (of.compared === 0) return <EmptyState title={t('trial.nothing_compared')} next={t('trial.nothing_compared_next')} />
  return (
    <>
      <Figures items={[
        { title: t('trial.sales'), value: <Money of={of.sales} />, note: t('trial.of_orders', { count: of.compared }) },
        { title: t('trial.was'), value: <Money of={of.was.granted} />, note: t('trial.share_of_sales', { share: percentOf(of.was.share) }) },
        { title: t('trial.would'), value: <Money of={of.would.granted} />, note: t('trial.share_of_sales', { share: percentOf(of.would.share) }) },
        { title: t('effect.difference'), value: <Signed of={of.difference} />, note: t('trial.standing', { was: formatMoney(of.was.standing), would: formatMoney(of.would.standing) }) },
      ]} />
      {of.undecided > 0 && <Alert type="warning" showIcon title={t('trial.left_out', { count: of.undecided })} />}
    </>
  )
}

function Charts({ of }: { of: TrialResult }) {
  const { t } = useTranslation()
  const names = [t('trial.was'), t('trial.would')] as [string, string]
  return (
    <div className="stack">
      <section>
        <h3 style={{ fontSize: 14 }}>{t('trial.by_month')}</h3>
        <CompareBars labels={of.months.map((m) => m.month)} names={names} kind="money" was={of.months.map((m) => m.was.amount)} would={of.months.map((m) => m.would.amount)} label={t('trial.by_month')} />
      </section>
      <section>
        <h3 style={{ fontSize: 14 }}>{t('trial.by_share')}</h3>
        <CompareBars labels={of.shares.map((b, i) => (i === 0 ? '0' : t('trial.up_to', { share: percentOf(b.up_to) })))} names={names} kind="count" was={of.shares.map((b) => b.was)} would={of.shares.map((b) => b.would)} label={t('trial.by_share')} />
      </section>
    </div>
  )
}

function People({ id }: { id: string }) {
  const { t } = useTranslation()
  const [side, setSide] = useState<'more' | 'less'>('less')
  return (
    <CursorTable route="GET /trials/{id}/people" input={{ path: { id }, query: { side } }} name="trial-people" rowKey={(p: TrialPerson) => p.payee.id}
      title={<Segmented aria-label={t('trial.tab_people')} value={side} onChange={(v) => setSide(v as 'more' | 'less')} options={[{ value: 'less', label: t('trial.losers') }, { value: 'more', label: t('trial.winners') }]} />}
      empty={<EmptyState title={t(side === 'less' ? 'trial.no_losers' : 'trial.no_winners')} />}
      columns={[
        { title: t('award.payee'), render: (_, p) => <Link to={`/distributors/list?open=${p.payee.id}`}>{p.payee.name || p.payee.id}</Link> },
        { title: t('trial.orders'), dataIndex: 'orders', align: 'right' },
        { title: t('trial.was'), align: 'right', render: (_, p) => <Money of={p.was} /> },
        { title: t('trial.would'), align: 'right', render: (_, p) => <Money of={p.would} /> },
        { title: t('effect.difference'), align: 'right', render: (_, p) => <Signed of={p.difference} /> },
      ]} />
  )
}

function Orders({ id }: { id: string }) {
  const { t } = useTranslation()
  const act = useAct()
  const [differing, setDiffering] = useState(true)
  const [busy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    await act(async () => saveText(`${id}.csv`, '\ufeff' + (await apiText(`/trials/${encodeURIComponent(id)}/orders.csv${differing ? '?differing=true' : ''}`)), 'text/csv;charset=utf-8'), t('trial.saved'))
    setBusy(false)
  }
  return (
    <CursorTable route="GET /trials/{id}/orders" input={{ path: { id }, query: { differing: differing || undefined } }} name="trial-orders" rowKey="order_id"
      title={<label style={{ fontWeight: 400, fontSize: 14 }}><Switch size="small" checked={differing} onChange={setDiffering} /> {t('trial.differing')}</label>}
      tools={[<Button key="csv" icon={<DownloadOutlined />} loading={busy} onClick={() => void save()}>{t('trial.csv')}</Button>]}
      empty={<EmptyState title={t(differing ? 'trial.no_differing' : 'trial.no_orders')} next={differing ? t('trial.no_differing_next') : undefined} />}
      columns={[
        { title: t('why.seq'), render: (_, o: TrialOrder) => <span className="num">#{o.seq}</span> },
        { title: t('order.number'), render: (_, o) => <Link to={`/orders?open=${o.order_id}`}>{o.order_id.slice(-10)}</Link> },
        { title: t('order.goods'), align: 'right', render: (_, o) => <Money of={o.goods} /> },
        { title: t('trial.was'), align: 'right', render: (_, o) => <Money of={o.was} /> },
        { title: t('trial.would'), align: 'right', render: (_, o) => (o.would ? <Money of={o.would} /> : t('preview.undecided')) },
        { title: t('effect.difference'), align: 'right', render: (_, o) => <Signed of={o.difference} /> },
      ]} />
  )
}

/** What the strategy would have done beside deciding orders: closed months, graded people. */
function Beside({ of }: { of: TrialResult }) {
  const { t } = useTranslation()
  const g = of.grading
  return (
    <div className="stack">
      {of.closes.length > 0 && (
        <section>
          <h3 style={{ fontSize: 14 }}>{t('trial.closes')}</h3>
          <p style={{ ...faint, marginTop: 0 }}>{t('trial.closes_help')}</p>
          <Table size="small" rowKey="month" pagination={false} dataSource={of.closes} columns={[
            { title: t('closing.month'), dataIndex: 'month' },
            { title: t('trial.was'), align: 'right', render: (_, c) => (c.was ? <Money of={c.was} /> : t('trial.not_closed')) },
            { title: t('trial.would'), align: 'right', render: (_, c) => <Money of={c.would} strong /> },
            { title: t('trial.people'), align: 'right', dataIndex: 'people' },
            { title: t('closing.reason'), render: (_, c) => (c.code ? <code>{c.code}</code> : '—') },
          ]} />
        </section>
      )}
      {g.promoted + g.demoted + g.held > 0 && (
        <section>
          <h3 style={{ fontSize: 14 }}>{t('trial.grading')}</h3>
          <p style={{ ...faint, marginTop: 0 }}>{t('trial.grading_help')}</p>
          <Figures items={[{ title: t('trial.promoted'), value: g.promoted }, { title: t('trial.demoted'), value: g.demoted }, { title: t('trial.held_days'), value: g.held, note: g.why || undefined }]} />
        </section>
      )}
    </div>
  )
}

/** What would hurt: lines that leave least, and what the cap had to take. */
function Risk({ of, figures }: { of: TrialResult; figures: TrialFigures }) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      <section>
        <h3 style={{ fontSize: 14 }}>{t('trial.caps')}</h3>
        <Figures items={[
          { title: t('diff.before'), value: <Money of={figures.was.cut} />, note: t('trial.cut_from', { count: figures.was.cut_from }) },
          { title: t('trial.after'), value: <Money of={figures.would.cut} />, note: t('trial.cut_from', { count: figures.would.cut_from }) },
        ]} />
      </section>
      <section>
        <h3 style={{ fontSize: 14 }}>{t('trial.worst_lines')}</h3>
        {of.worst_lines.length === 0 ? <EmptyState title={t('trial.no_cost')} next={t('trial.no_cost_next')} action={<Link to="/products">{t('menu.products')}</Link>} /> : (
          <Table<WorstLine> size="small" rowKey={(l) => l.order_id + l.line} pagination={of.worst_lines.length > 10 ? { pageSize: 10, showSizeChanger: false } : false} dataSource={of.worst_lines} scroll={{ x: 'max-content' }} columns={[
            { title: t('order.number'), render: (_, l) => <Link to={`/orders?open=${l.order_id}`}>{l.order_id.slice(-10)}</Link> },
            { title: 'SKU', dataIndex: 'sku' },
            { title: t('order.net'), align: 'right', render: (_, l) => <Money of={l.net} /> },
            { title: t('trial.cost'), align: 'right', render: (_, l) => <Money of={l.cost} /> },
            { title: t('trial.would'), align: 'right', render: (_, l) => <Money of={l.commission} /> },
            { title: t('trial.left'), align: 'right', render: (_, l) => <Money of={l.left} strong /> },
          ]} />
        )}
      </section>
    </div>
  )
}

/** A gap is not a zero: which orders are in no sum, and which facts were missing. */
function Gaps({ of }: { of: TrialResult }) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      {of.undecided.length === 0 ? <Alert type="success" showIcon title={t('trial.all_decided')} /> : of.undecided.map((u) => (
        <Alert key={u.code} type={u.rail ? 'error' : 'warning'} showIcon title={<>{u.rail && <Pill tone="bad">{t('trial.rail')}</Pill>}{u.sentence}</>}
          description={<>{t('trial.gap', { count: u.orders, goods: formatMoney(u.goods), was: formatMoney(u.was) })} {(u.sample ?? []).map((o) => <Link key={o} to={`/orders?open=${o}`} style={{ marginInlineEnd: 8 }}>{o.slice(-8)}</Link>)}</>} />
      ))}
      {of.waiting > 0 && <Alert type="info" showIcon title={t('trial.waiting', { count: of.waiting })} />}
      {of.unasked > 0 && <p style={{ ...faint, margin: 0 }}>{t('trial.unasked', { count: of.unasked })}</p>}
      <section>
        <h3 style={{ fontSize: 14 }}>{t('trial.coverage')}</h3>
        <Table size="small" rowKey="fact" pagination={false} dataSource={of.coverage} columns={[
          { title: t('trial.fact'), render: (_, c) => t(`fact.${c.fact.replace('.', '_')}`, c.fact) },
          { title: t('trial.known'), align: 'right', dataIndex: 'known' },
          { title: t('trial.missing'), align: 'right', dataIndex: 'missing' },
          { title: t('trial.covered'), width: 180, render: (_, c) => <Progress size="small" percent={partOf(c.known, c.known + c.missing)} aria-label={t('trial.covered')} /> },
        ]} />
      </section>
    </div>
  )
}

function Proven({ of, state }: { of: Proof; state: Trial['state'] }) {
  const { t } = useTranslation()
  return (
    <>
      {state === 'done' && <Alert type={of.proven ? 'success' : 'error'} showIcon title={t(of.proven ? 'proof.proven' : 'proof.not_proven', { count: of.decisions })} description={of.waiting > 0 ? t('proof.waiting', { count: of.waiting }) : undefined} />}
      <Figures items={[
        { title: t('proof.decisions'), value: of.decisions, note: t('proof.asked', { count: of.asked }) },
        { title: t('proof.equal'), value: of.equal },
        { title: t('proof.replayed'), value: <Money of={of.replayed} /> },
        { title: t('proof.awards'), value: <Money of={of.awards} /> },
        { title: t('proof.journal'), value: <Money of={of.journal} /> },
      ]} />
      {of.differs.length > 0 && (
        <Table size="small" rowKey={(d) => d.order_id + d.what} pagination={false} dataSource={of.differs} scroll={{ x: 'max-content' }} columns={[
          { title: t('order.number'), render: (_, d) => <Link to={`/orders?open=${d.order_id}`}>{d.order_id.slice(-10)}</Link> },
          { title: t('replay.what'), render: (_, d) => t(`replay.what_${d.what}`, d.what) },
          { title: t('diff.before'), dataIndex: 'was' },
          { title: t('diff.after'), dataIndex: 'now' },
        ]} />
      )}
    </>
  )
}

function Actions({ of }: { of: Trial }) {
  const { t } = useTranslation()
  const can = useCan()
  const act = useAct()
  const cancel = useWrite('POST /trials/{id}/cancel')
  const resume = useWrite('POST /trials/{id}/resume')
  const [ending, setEnding] = useState(false)
  const path = { id: of.id }
  const under = of.state === 'running' || of.state === 'queued'
  const goesOn = of.kind !== 'shadow' && (of.state === 'cancelled' || of.state === 'failed')
  const again = of.plan && of.state === 'done' && of.kind === 'backtest' && can('program.revise')
  if (!under && !goesOn && !again) return null
  return (
    <>
      <Space style={{ width: '100%', justifyContent: 'flex-end' }}>
        {again && <Link to="/program/edit"><Button tabIndex={-1}>{t('trial.to_program')}</Button></Link>}
        <Can permission="trial.run">
          {under && <Button danger onClick={() => setEnding(true)}>{t(of.kind === 'shadow' ? 'shadow.stop' : 'trial.cancel')}</Button>}
          {goesOn && <Button type="primary" loading={resume.isPending} onClick={() => void act(() => resume.mutateAsync({ path }), t('trial.goes_on'))}>{t('trial.resume')}</Button>}
        </Can>
      </Space>
      {ending && <ConfirmAmount danger aside amount={of.figures && of.figures.compared > 0 ? size(of.figures.difference) : undefined} title={t(of.kind === 'shadow' ? 'shadow.stop' : 'trial.cancel')} consequence={t(of.kind === 'shadow' ? 'shadow.then_stop' : 'trial.then_cancel', { done: of.done })} confirm={t(of.kind === 'shadow' ? 'shadow.stop' : 'trial.cancel')} done={t('common.done')} onConfirm={() => cancel.mutateAsync({ path })} onClose={() => setEnding(false)} />}
    </>
  )
}
