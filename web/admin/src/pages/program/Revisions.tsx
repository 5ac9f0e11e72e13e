// Every programme there was: who changed what, when, and why. Nothing is overwritten.
import type { ProColumns } from '@ant-design/pro-components'
import { Alert, Button, Drawer, Segmented, Skeleton, Space } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import type { Revision } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can } from '../../app/permissions'
import { ConfirmAmount } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { PageShell } from '../../parts/PageShell'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { DiffTable } from './DiffTable'
import { sorted } from './draft'
import { Publish } from './Publish'
import { settingsSchema } from './settings'

export default function Revisions() {
  const { t } = useTranslation()
  const time = useTime()
  const current = useRead('GET /program')
  const strategies = useRead('GET /strategies')
  const [open, setOpen] = useState<Revision>()
  const [back, setBack] = useState<Revision>()
  const [cancelling, setCancelling] = useState<Revision>()
  const cancel = useWrite('POST /program/revisions/{revision}/cancel')
  const now = current.data?.revision
  const columns = useMemo<ProColumns<Revision>[]>(() => [
    { title: t('revision.number'), render: (_, r) => <Button type="link" size="small" style={{ padding: 0 }} onClick={() => setOpen(r)}>{t('why.revision_n', { n: r.revision })}</Button> },
    { title: t('revision.state'), render: (_, r) => <State of={r} now={now} /> },
    { title: t('program.strategy'), render: (_, r) => `${t(`strategy.${r.strategy}`, r.strategy)} ${r.version}` },
    { title: t('program.note'), dataIndex: 'note', width: 300, render: (_, r) => r.note || '—' },
    { title: t('revision.author'), render: (_, r) => (typeof r.author === 'string' ? r.author : r.author?.name) || '—' },
    { title: t('revision.effective_at'), render: (_, r) => r.revision === 1 ? t('revision.from_opening') : r.state === 'candidate' ? '—' : <span className="num">{time.minute(r.effective_at)}</span> },
    { title: t('revision.created_at'), render: (_, r) => <span className="num">{time.minute(r.created_at)}</span> },
    { title: t('common.actions'), render: (_, r) => r.state === 'scheduled' && <Can permission="program.revise"><Button size="small" danger onClick={() => setCancelling(r)}>{t('revision.cancel')}</Button></Can> },
  ], [t, time, now])
  const footer = open && (
    <Can permission="program.revise">
      <Space>
        {open.state === 'scheduled' && <Button danger onClick={() => setCancelling(open)}>{t('revision.cancel')}</Button>}
        {open.revision !== now && open.state !== 'scheduled' && <Button onClick={() => setBack(open)}>{t('revision.use_again')}</Button>}
      </Space>
    </Can>
  )
  return (
    <PageShell title={t('menu.revisions')} help={t('revision.help')}>
      <CursorTable route="GET /program/revisions" name="revisions" rowKey="revision" columns={columns as never} onOpen={(r) => setOpen(r)} empty={<EmptyState title={t('revision.empty')} />} />
      {open && (
        <Drawer open onClose={() => setOpen(undefined)} size={760} title={t('why.revision_n', { n: open.revision })} extra={<State of={open} now={now} />} footer={footer}>
          {open.state === 'scheduled' && <Alert type="info" showIcon title={t('revision.starts', { at: time.minute(open.effective_at) })} style={{ marginBottom: 16 }} />}
          {open.note && <p>{open.note}</p>}
          <Compare of={open} now={now} />
        </Drawer>
      )}
      {back && current.data && <Publish again={back} draft={{ strategy: back.strategy, config: back.config ?? {}, settings: back.settings }} current={current.data} strategy={strategies.data?.items.find((s) => s.strategy === back.strategy)} onClose={() => { setBack(undefined); setOpen(undefined) }} />}
      {cancelling && <ConfirmAmount danger title={t('revision.cancel')} consequence={t('revision.then_cancel', { n: cancelling.revision, at: time.minute(cancelling.effective_at) })} confirm={t('revision.cancel')} done={t('common.done')} onConfirm={() => cancel.mutateAsync({ path: { revision: String(cancelling.revision) } })} onClose={() => { setCancelling(undefined); setOpen(undefined) }} />}
    </PageShell>
  )
}

function State({ of, now }: { of: Revision; now?: number }) {
  return <StatusTag noun="revision" state={of.state ?? (of.revision === now ? 'in_force' : 'superseded')} />
}

/** Against the one before it, or against what is in force. */
function Compare({ of, now }: { of: Revision; now?: number }) {
  const { t, i18n } = useTranslation()
  const [with_, setWith] = useState<'before' | 'now'>('before')
  const against = with_ === 'now' ? now : of.revision - 1
  const found = useRead('GET /program/revisions/{revision}/diff', { path: { revision: String(of.revision) }, query: { against } }, { enabled: of.revision > 1 || with_ === 'now' })
  const strategies = useRead('GET /strategies')
  const schema = strategies.data?.items.find((s) => s.strategy === of.strategy)?.config_schema
  const parts = sorted(found.data?.changes ?? [])
  const other = parts.whole.some((c) => c.path === '/strategy')
  const choice = now !== undefined && now !== of.revision && (
    <Segmented aria-label={t('revision.compare')} value={with_} onChange={(v) => setWith(v as 'before' | 'now')} options={[{ value: 'before', label: t('revision.with_before') }, { value: 'now', label: t('revision.with_now', { n: now }) }]} />
  )
  if (of.revision === 1 && with_ === 'before') return <div className="stack">{choice}<p>{t('revision.first')}</p></div>
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />
  if (!found.data) return <Skeleton active paragraph={{ rows: 5 }} />
  return (
    <div className="stack">
      {choice}
      <p style={{ margin: 0 }}>{t('revision.against', { n: found.data.against })}</p>
      {parts.whole.map((c) => <p key={c.path} style={{ margin: 0 }}><strong>{c.path === '/strategy' ? t('program.strategy') : t('revision.version')}</strong>: <del>{nameOf(c.before, t)}</del> → <ins style={{ textDecoration: 'none', fontWeight: 600 }}>{nameOf(c.after, t)}</ins></p>)}
      {!other && parts.config.length > 0 && <section><h3 style={{ fontSize: 14 }}>{t('program.config')}</h3><DiffTable changes={parts.config} schema={schema} /></section>}
      {parts.settings.length > 0 && <section><h3 style={{ fontSize: 14 }}>{t('program.rules')}</h3><DiffTable changes={parts.settings} schema={settingsSchema} /></section>}
      {found.data.changes.length === 0 && <p lang={i18n.language}>{t('diff.same')}</p>}
    </div>
  )
}

function nameOf(v: unknown, t: (key: string, or: string) => string): string {
  return typeof v === 'string' ? t(`strategy.${v}`, v) : '—'
}
