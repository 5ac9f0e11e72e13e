// 等级评定: what the strategy decided about grades, on what evidence, and what it would decide now.
import type { ProColumns } from '@ant-design/pro-components'
import { Alert, Button, Card, Progress, Skeleton, Table } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useWrite } from '../../api/hooks'
import { formatMoney } from '../../api/money'
import type { Evidence, GradeChange, GradingPreview, GradingStatus, Verdict } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can, useCan } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { PageShell } from '../../parts/PageShell'
import { useTime } from '../../parts/time'

const faint = { color: '#56625d' }

export default function Grading() {
  const { t } = useTranslation()
  const act = useAct()
  const status = useRead('GET /grading')
  const preview = useWrite('POST /grading/preview')
  const grades = status.data?.grades ?? false
  const ask = <Button type="primary" loading={preview.isPending} onClick={() => void act(() => preview.mutateAsync({}))}>{t('grading.preview')}</Button>
  return (
    <PageShell title={t('menu.grading')} help={t('grading.help')} controls={grades && <Can permission="grading.preview">{ask}</Can>}>
      <div className="stack">
        {status.error ? <Failure error={status.error} retry={() => void status.refetch()} /> : !status.data ? <Skeleton active paragraph={{ rows: 3 }} /> : grades ? <Standing of={status.data} /> : <NotGraded />}
        {preview.data && <Would of={preview.data} />}
        <History />
      </div>
    </PageShell>
  )
}

/** The store's strategy leaves grades to the staff: which ones would not. */
function NotGraded() {
  const { t } = useTranslation()
  const can = useCan()
  const all = useRead('GET /strategies', {}, { enabled: can('program.read'), staleTime: 600_000 })
  const names = (all.data?.items ?? []).filter((s) => s.grades).map((s) => t(`strategy.${s.strategy}`, s.strategy))
  return (
    <Card>
      <EmptyState title={t('grading.off')} next={<>{t('grading.off_next')}{names.length > 0 && <div>{t('grading.who_grades', { names: names.join('、') })}</div>}</>}
        action={can('program.read') ? <Link to="/program/edit"><Button tabIndex={-1}>{t('menu.program_edit')}</Button></Link> : undefined} />
    </Card>
  )
}

function Tile({ label, value }: { label: string; value: number | string }) {
  return <div className="tile" style={{ padding: 12 }}><div className="label">{label}</div><div className="num" style={{ fontSize: 18, fontWeight: 600 }}>{value}</div></div>
}

function Counts({ of }: { of: { members: number; promoted: number; demoted: number; failed: number } }) {
  const { t } = useTranslation()
  return (
    <div className="tiles" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(120px, 1fr))', gap: 8 }}>
      <Tile label={t('grading.members')} value={of.members} />
      <Tile label={t('grading.promoted')} value={of.promoted} />
      <Tile label={t('grading.kept')} value={of.members - of.promoted - of.demoted - of.failed} />
      <Tile label={t('grading.demoted')} value={of.demoted} />
      <Tile label={t('grading.failed')} value={of.failed} />
    </div>
  )
}

function Standing({ of }: { of: GradingStatus }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <>
      {of.waits && <Alert type="warning" showIcon title={of.waits.sentence} description={t('grading.waits')} />}
      <Card title={t('grading.last')} extra={<span style={faint}>{t('grading.due', { at: time.minute(of.due_at) })}</span>}>
        {of.last ? <><p style={{ ...faint, marginTop: 0 }}>{t('grading.ran', { day: of.last.day, at: time.minute(of.last.ran_at) })}</p><Counts of={of.last} /></> : <p style={{ ...faint, margin: 0 }}>{t('grading.never')}</p>}
      </Card>
    </>
  )
}

function Would({ of }: { of: GradingPreview }) {
  const { t } = useTranslation()
  return (
    <Card title={t('grading.would')} extra={<span style={faint}>{t('grading.nothing_written')}</span>}>
      <Counts of={of} />
      {of.items.length === 0 ? <p style={{ ...faint, marginBottom: 0 }}>{t('grading.all_keep')}</p> : (
        <Table<Verdict> size="small" style={{ marginTop: 12 }} rowKey={(v) => v.member.id} dataSource={of.items} pagination={of.items.length > 20 ? { pageSize: 20 } : false} scroll={{ x: 'max-content' }} columns={[
          { title: t('grading.member'), render: (_, v) => <Member of={v} /> },
          { title: t('grading.change'), render: (_, v) => <Change of={v} /> },
          { title: t('grading.evidence'), render: (_, v) => <Held of={v.evidence} /> },
          { title: t('grading.why'), width: 320, render: (_, v) => v.why || v.failed },
        ]} />
      )}
    </Card>
  )
}

function History() {
  const { t } = useTranslation()
  const time = useTime()
  const columns = useMemo<ProColumns<GradeChange>[]>(() => [
    { title: t('grading.day'), render: (_, c) => <><span className="num">{c.day}</span><div className="num" style={{ ...faint, fontSize: 13 }}>{time.minute(c.changed_at)}</div></> },
    { title: t('grading.member'), render: (_, c) => <Member of={c} /> },
    { title: t('grading.change'), render: (_, c) => <Change of={c} /> },
    { title: t('grading.evidence'), render: (_, c) => <Held of={c.evidence} /> },
    { title: t('grading.why'), width: 320, render: (_, c) => c.why },
    { title: t('grading.by'), render: (_, c) => `${t(`strategy.${c.strategy}`, c.strategy)} ${c.version} · ${t('why.revision_n', { n: c.revision })}` },
  ], [t, time])
  return (
    <CursorTable route="GET /grading/changes" name="grading" title={t('grading.changes')} rowKey="id" columns={columns} empty={<EmptyState title={t('grading.no_changes')} next={t('grading.no_changes_next')} />}
      csv={[{ title: t('grading.day'), text: (c) => c.day }, { title: t('grading.member'), text: (c) => c.member.name }, { title: t('grading.from'), text: (c) => c.from }, { title: t('grading.to'), text: (c) => c.to }, { title: t('grading.why'), text: (c) => c.why }]} />
  )
}

function Member({ of }: { of: Verdict }) {
  return <Link to={`/distributors/list?open=${of.member.id}`}>{of.member.name}</Link>
}

function Change({ of }: { of: Verdict }) {
  const { t } = useTranslation()
  const grade = (g: string) => t(`grade.${g}`, g)
  if (of.failed) return <span style={{ color: '#8f3d06' }}>{grade(of.from)} · {t('grading.failed')}</span>
  return <span><span style={{ color: of.promoted ? '#0b6b4f' : '#b42318', fontWeight: 600 }}>{t(of.promoted ? 'grading.up' : 'grading.down')}</span> {grade(of.from)} → {grade(of.to)}</span>
}

/** Each number with what it was held against. */
function Held({ of }: { of: Evidence[] }) {
  if (of.length === 0) return <>—</>
  return (
    <div style={{ minWidth: 200 }}>
      {of.map((e, i) => (
        <div key={i}>
          <div style={{ fontSize: 13 }}>{e.what} <span className="num">{amountOf(e, e.current)} / {amountOf(e, e.target)}</span></div>
          <Progress percent={percentOf(e)} size="small" showInfo={false} aria-label={e.what} />
        </div>
      ))}
    </div>
  )
}

const amountOf = (e: Evidence, n: number) => (e.unit === 'money' && e.currency ? formatMoney({ amount: n, currency: e.currency }) : String(n))

/** How far the number has come, whole per cent; a target of nothing is reached. */
export function percentOf(e: Pick<Evidence, 'current' | 'target'>): number {
  if (e.target <= 0) return 100
  return Math.max(0, Math.min(100, Math.trunc((e.current * 100) / e.target)))
}
