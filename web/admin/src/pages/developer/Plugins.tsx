// 我的插件: what I sent in, and what became of it.
import { UploadOutlined } from '@ant-design/icons'
import type { ProColumns } from '@ant-design/pro-components'
import { Alert, Button, Drawer, Skeleton, Tabs } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead } from '../../api/hooks'
import type { Version } from '../../api/marketplace'
import { Failure } from '../../app/Failure'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useOpen } from '../../parts/filters'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { useTime } from '../../parts/time'
import { ExaminationBar, Facts, PackageFacts, ReportView, Standing, submission, Terminal, useWords, Verdict } from '../market/parts'
import { addressOf, versionAt } from '../market/reading'

export default function Plugins() {
  const { t } = useTranslation()
  const time = useTime()
  const words = useWords()
  const [open, setOpen] = useOpen()
  const me = useRead('GET platform:/developers/me')
  const columns = useMemo<ProColumns<Version>[]>(() => [
    { title: t('market.plugin'), render: (_, v) => <><RowLink id={addressOf(v)}>{words(v.manifest.title) || v.plugin}</RowLink><div><code>{v.plugin}</code></div></> },
    { title: t('market.version'), render: (_, v) => <code>{v.version}</code> },
    { title: t('market.state'), render: (_, v) => <Standing of={v} /> },
    { title: t('market.examination'), width: 220, render: (_, v) => <ExaminationBar of={v} /> },
    { title: t('market.submitted_at'), render: (_, v) => <span className="num">{time.minute(v.submitted_at)}</span> },
  ], [t, time, words])
  const submit = <Link to="/developer/submit"><Button type="primary" icon={<UploadOutlined />}>{t('market.submit')}</Button></Link>
  const keyless = me.data && !(me.data.keys ?? []).some((k) => k.state === 'active')
  return (
    <PageShell title={t('market.menu.plugins')} help={me.data ? t('market.plugins_help', { name: me.data.name }) : undefined} controls={submit}>
      <div className="stack">
        {keyless && <Alert type="info" showIcon title={t('market.keyless')} action={<Link to="/developer/keys">{t('market.menu.keys')}</Link>} />}
        <CursorTable route="GET platform:/developers/me/versions" name="my-versions" rowKey="id" columns={columns} onOpen={(v) => setOpen(addressOf(v))}
          empty={<EmptyState title={t('market.no_plugins')} next={<HowTo />} action={submit} />} />
      </div>
      {open && <OwnVersion address={open} onClose={() => setOpen(undefined)} />}
    </PageShell>
  )
}

function HowTo() {
  const { t } = useTranslation()
  return (
    <div style={{ maxWidth: 640, margin: '8px auto' }}>
      <p>{t('market.how_to')}</p>
      <Terminal lines={submission(window.location.origin)} />
    </div>
  )
}

function OwnVersion({ address, onClose }: { address: string; onClose: () => void }) {
  const { t } = useTranslation()
  const words = useWords()
  const found = useRead('GET platform:/developers/me/plugins/{plugin}/versions/{version}', { path: versionAt(address) }, { every: (v) => (v?.progress.running ? 1000 : false) })
  const v = found.data
  return (
    <Drawer open onClose={onClose} size={900} title={v ? `${words(v.manifest.title) || v.plugin} ${v.version}` : address} extra={v && <Standing of={v} />}>
      {found.error && !v ? <Failure error={found.error} retry={() => void found.refetch()} /> : !v ? <Skeleton active paragraph={{ rows: 8 }} /> : (
        <div className="stack">
          <Verdict of={v} />
          <Alert type="info" showIcon title={t(`market.next_${v.state}`)} />
          <Tabs items={[
            { key: 'report', label: t('market.examination'), children: <div className="stack"><div><ExaminationBar of={v} /></div>{v.report && !v.progress.running ? <ReportView report={v.report} /> : !v.progress.running && <EmptyState title={t('market.not_examined')} next={v.state !== 'rejected' && t('market.not_examined_developer')} />}</div> },
            { key: 'facts', label: t('market.facts'), children: <Facts now={v.manifest} before={null} /> },
            { key: 'package', label: t('market.package_tab'), children: <PackageFacts of={v} /> },
          ]} />
        </div>
      )}
    </Drawer>
  )
}
