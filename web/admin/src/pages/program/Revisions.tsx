// Every programme there was: who changed what, when, and why. Nothing is overwritten.
import type { ProColumns } from '@ant-design/pro-components'
import { Button, Drawer, Space, Tag } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '../../api/hooks'
import type { Json, Revision } from '../../api/types'
import { Can } from '../../app/permissions'
import { ConfirmAmount } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { PageShell } from '../../parts/PageShell'
import { useTime } from '../../parts/time'
import { useWrite } from '../../api/hooks'
import { diff } from './diff'
import { DiffTable } from './DiffTable'
import { settingsSchema } from './settings'

export default function Revisions() {
  const { t } = useTranslation()
  const time = useTime()
  const current = useRead('GET /program')
  const [open, setOpen] = useState<Revision>()
  const [back, setBack] = useState<Revision>()
  const again = useWrite('POST /program/revisions')
  const now = current.data?.revision
  const columns = useMemo<ProColumns<Revision>[]>(() => [
    { title: t('revision.number'), render: (_, r) => <Space><Button type="link" size="small" style={{ padding: 0 }} onClick={() => setOpen(r)}>{t('why.revision_n', { n: r.revision })}</Button>{r.revision === now && <Tag>{t('revision.now')}</Tag>}</Space> },
    { title: t('program.strategy'), render: (_, r) => `${t(`strategy.${r.strategy}`, r.strategy)} ${r.version}` },
    { title: t('program.note'), dataIndex: 'note', width: 300, render: (_, r) => r.note || '—' },
    { title: t('revision.author'), render: (_, r) => (typeof r.author === 'string' ? r.author : r.author?.name) || '—' },
    { title: t('revision.effective_at'), render: (_, r) => r.revision === 1 ? t('revision.from_opening') : <span className="num">{time.minute(r.effective_at)}</span> },
    { title: t('revision.created_at'), render: (_, r) => <span className="num">{time.minute(r.created_at)}</span> },
  ], [t, time, now])
  return (
    <PageShell title={t('menu.revisions')} help={t('revision.help')}>
      <CursorTable route="GET /program/revisions" name="revisions" rowKey="revision" columns={columns as never} onOpen={(r) => setOpen(r)} empty={<EmptyState title={t('revision.empty')} />} />
      {open && (
        <Drawer open onClose={() => setOpen(undefined)} size={760} title={t('why.revision_n', { n: open.revision })} footer={open.revision !== now && <Can permission="program.revise"><Button onClick={() => setBack(open)}>{t('revision.use_again')}</Button></Can>}>
          <Compare of={open} />
        </Drawer>
      )}
      {back && <ConfirmAmount title={t('revision.use_again')} consequence={t('revision.then_use_again', { n: back.revision })} confirm={t('revision.use_again')} done={t('common.done')} onConfirm={() => again.mutateAsync({ body: { strategy: back.strategy, config: back.config, settings: back.settings, note: t('revision.again_note', { n: back.revision }) } })} onClose={() => { setBack(undefined); setOpen(undefined) }} />}
    </PageShell>
  )
}

/** Against the one before it, and against what is in force. */
function Compare({ of }: { of: Revision }) {
  const { t } = useTranslation()
  const all = useRead('GET /program/revisions', { query: { limit: 100 } })
  const strategies = useRead('GET /strategies')
  const before = all.data?.items.filter((r) => r.revision < of.revision).sort((a, b) => b.revision - a.revision)[0]
  const schema = strategies.data?.items.find((s) => s.strategy === of.strategy)?.config_schema
  if (!before) return <p>{t('revision.first')}</p>
  const settings = diff(before.settings as unknown as Json, of.settings as unknown as Json)
  return (
    <div className="stack">
      <p style={{ margin: 0 }}>{t('revision.against', { n: before.revision })}</p>
      {before.strategy !== of.strategy ? <p><strong>{t('program.strategy')}</strong>: {before.strategy} → {of.strategy}</p> : <section><h3 style={{ fontSize: 14 }}>{t('program.config')}</h3><DiffTable changes={diff(before.config, of.config)} schema={schema} /></section>}
      <section><h3 style={{ fontSize: 14 }}>{t('program.rules')}</h3><DiffTable changes={settings} schema={settingsSchema} /></section>
    </div>
  )
}
