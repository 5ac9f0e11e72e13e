// One version as its reviewer needs it: the report, what it asks to know, what
// is in the package, what changed, who uses it, and what can be done with it.
import { Alert, Button, Drawer, Skeleton, Space, Table, Tabs } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import type { VersionInFull } from '../../api/marketplace'
import type { Json } from '../../api/types'
import { Failure } from '../../app/Failure'
import { ConfirmAmount, useAct } from '../../parts/Confirm'
import { EmptyState } from '../../parts/EmptyState'
import { diff } from '../program/diff'
import { ExaminationBar, Facts, Hash, PackageFacts, ReportView, Standing, useWords, Verdict } from '../market/parts'
import { examined, previousOf, sizeOf, versionAt } from '../market/reading'
import { RevokeDialog } from './RevokeDialog'
import { Usage } from './Usage'

export function VersionDrawer({ address, onClose }: { address: string; onClose: () => void }) {
  const { t } = useTranslation()
  const words = useWords()
  const path = versionAt(address)
  // While an examination runs, look every second; it tells how far it is.
  const found = useRead('GET platform:/plugins/{plugin}/versions/{version}', { path }, { every: (v) => (v?.progress.running ? 1000 : false) })
  const v = found.data
  return (
    <Drawer open onClose={onClose} size={960} title={v ? `${words(v.manifest.title) || v.plugin} ${v.version}` : address} extra={v && <Standing of={v} />} footer={v && <Actions of={v} />}>
      {found.error && !v ? <Failure error={found.error} retry={() => void found.refetch()} /> : !v ? <Skeleton active paragraph={{ rows: 10 }} /> : (
        <div className="stack">
          <Verdict of={v} />
          <Tabs items={[
            { key: 'report', label: t('market.examination'), children: <Examination of={v} /> },
            { key: 'facts', label: t('market.facts'), children: <Compared of={v} what="facts" /> },
            { key: 'schema', label: t('market.schema'), children: <Compared of={v} what="schema" /> },
            { key: 'package', label: t('market.package_tab'), children: <PackageTab of={v} /> },
            ...(v.state === 'approved' ? [{ key: 'usage', label: t('market.usage'), children: <Usage of={v} /> }] : []),
          ]} />
        </div>
      )}
    </Drawer>
  )
}

function Examination({ of }: { of: VersionInFull }) {
  const { t } = useTranslation()
  const state = examined(of)
  return (
    <div className="stack">
      {state === 'running' ? <ExaminationBar of={of} /> : state === 'waiting' ? <EmptyState title={t('market.not_examined')} next={t('market.not_examined_next')} /> : (
        <Alert showIcon type={state === 'passed' ? 'success' : 'error'} title={t(`market.examined_${state}`)} />
      )}
      {of.report && state !== 'running' && <ReportView report={of.report} />}
    </div>
  )
}

/** Beside the version that stores would come from. */
function Compared({ of, what }: { of: VersionInFull; what: 'facts' | 'schema' }) {
  const { t } = useTranslation()
  const all = useRead('GET platform:/plugins', { query: { plugin: of.plugin, limit: 100 } }, { staleTime: 30_000 })
  if (all.error) return <Failure error={all.error} retry={() => void all.refetch()} />
  if (!all.data) return <Skeleton active />
  const before = previousOf(of, all.data.items ?? [])
  return (
    <div className="stack">
      <Alert type="info" showIcon title={before ? t('market.compared', { version: before.version }) : t('market.first_version')} />
      {what === 'facts' ? <Facts now={of.manifest} before={before?.manifest ?? null} /> : <SchemaChanges plugin={of.plugin} now={of.version} before={before?.version} />}
    </div>
  )
}

function SchemaChanges({ plugin, now, before }: { plugin: string; now: string; before?: string }) {
  const { t } = useTranslation()
  const mine = useRead('GET platform:/plugins/{plugin}/versions/{version}/package', { path: { plugin, version: now } }, { staleTime: 600_000 })
  const theirs = useRead('GET platform:/plugins/{plugin}/versions/{version}/package', { path: { plugin, version: before ?? '' } }, { enabled: before !== undefined, staleTime: 600_000 })
  const broken = mine.error ?? theirs.error
  if (broken) return <Failure error={broken} retry={() => { void mine.refetch(); void theirs.refetch() }} />
  if (!mine.data || (before !== undefined && !theirs.data)) return <Skeleton active />
  const schema = mine.data.schema as unknown as Json
  const show = (x: Json | undefined) => <code style={{ whiteSpace: 'pre-wrap', wordBreak: 'break-word' }}>{x === undefined ? '—' : JSON.stringify(x, null, 1)}</code>
  return (
    <>
      {before !== undefined && (
        <Table size="small" rowKey="path" pagination={false} dataSource={diff(theirs.data!.schema as unknown as Json, schema)} locale={{ emptyText: t('market.schema_same') }} columns={[
          { title: t('diff.setting'), render: (_, c) => <code>{c.path}</code> },
          { title: t('diff.before'), render: (_, c) => show(c.before) },
          { title: t('diff.after'), render: (_, c) => show(c.after) },
        ]} />
      )}
      <pre tabIndex={0} aria-label={t('market.schema')} style={{ background: '#f4f6f5', padding: 12, borderRadius: 8, maxHeight: 420, overflow: 'auto', fontSize: 12 }}>{JSON.stringify(schema, null, 2)}</pre>
    </>
  )
}

function PackageTab({ of }: { of: VersionInFull }) {
  const { t } = useTranslation()
  const { plugin, version } = of
  const inside = useRead('GET platform:/plugins/{plugin}/versions/{version}/package', { path: { plugin, version } }, { staleTime: 600_000 })
  const author = useRead('GET platform:/developers/{developer}', { path: { developer: of.developer_id } }, { staleTime: 60_000 })
  const key = author.data?.keys?.find((k) => k.id === of.key_id)
  return (
    <div className="stack">
      {key?.state === 'revoked' && <Alert type="error" showIcon title={t('market.key_revoked')} />}
      {inside.data && <Alert type="success" showIcon title={t('market.signature_good', { key: of.key_id, author: of.author })} />}
      <PackageFacts of={of} more={[
        { key: 'contact', label: t('market.contact'), children: author.data?.contact ?? '—' },
        { key: 'signer', label: t('market.public_key'), children: inside.data ? <Hash of={inside.data.signer} /> : '—' },
      ]} />
      {inside.error ? <Failure error={inside.error} retry={() => void inside.refetch()} /> : (
        <Table size="small" rowKey="path" loading={!inside.data} pagination={false} dataSource={inside.data?.files ?? []} columns={[
          { title: t('market.file'), render: (_, f) => <code>{f.path}</code> },
          { title: t('market.size'), render: (_, f) => <span className="num">{sizeOf(f.size)}</span> },
          { title: 'SHA-256', render: (_, f) => <Hash of={f.sha256} /> },
        ]} />
      )}
    </div>
  )
}

function Actions({ of }: { of: VersionInFull }) {
  const { t } = useTranslation()
  const act = useAct()
  const path = { plugin: of.plugin, version: of.version }
  const examine = useWrite('POST platform:/plugins/{plugin}/versions/{version}/examine')
  const approve = useWrite('POST platform:/plugins/{plugin}/versions/{version}/approve')
  const reject = useWrite('POST platform:/plugins/{plugin}/versions/{version}/reject')
  const [doing, setDoing] = useState<'approve' | 'reject' | 'revoke'>()
  const close = () => setDoing(undefined)
  const name = `${of.plugin} ${of.version}`
  const state = examined(of)
  const waiting = of.state === 'submitted' || of.state === 'in_review'
  if (of.state === 'rejected') return null
  return (
    <Space wrap>
      {waiting && <>
        <Button type={state === 'passed' ? 'default' : 'primary'} loading={examine.isPending} disabled={state === 'running'} onClick={() => void act(() => examine.mutateAsync({ path }), t('market.examine_started'))}>{state === 'waiting' ? t('market.examine') : t('market.examine_again')}</Button>
        <Button type="primary" disabled={state !== 'passed'} title={state === 'passed' ? undefined : t('market.approve_needs')} onClick={() => setDoing('approve')}>{t('market.approve')}</Button>
        <Button danger onClick={() => setDoing('reject')}>{t('market.reject')}</Button>
        {state !== 'passed' && <span style={{ color: '#56625d' }}>{t('market.approve_needs')}</span>}
      </>}
      {of.state === 'approved' && <Button danger onClick={() => setDoing('revoke')}>{t('market.revoke')}</Button>}
      {doing === 'approve' && <ConfirmAmount title={t('market.approve_title', { name })} consequence={t('market.then_approve', { author: of.author })} ask={{ label: t('market.note'), max: 2000 }} confirm={t('market.approve')} done={t('market.approved')} onConfirm={(note) => approve.mutateAsync({ path, body: note ? { note } : {} })} onClose={close} />}
      {doing === 'reject' && <ConfirmAmount danger title={t('market.reject_title', { name })} consequence={t('market.then_reject')} ask={{ label: t('common.reason'), required: true, max: 2000 }} confirm={t('market.reject')} done={t('market.rejected')} onConfirm={(reason) => reject.mutateAsync({ path, body: { reason } })} onClose={close} />}
      {doing === 'revoke' && <RevokeDialog of={of} onClose={close} />}
    </Space>
  )
}
