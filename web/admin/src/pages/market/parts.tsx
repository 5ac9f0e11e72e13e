// What both areas show of a version.
import { Alert, Collapse, Descriptions, Progress, Space, Table, Typography } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Check, Manifest, Report, Version, Words } from '../../api/marketplace'
import type { Json } from '../../api/types'
import { Pill, StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { countsOf, examined, factChanges, groupsOf, levelOf, shortHash, sizeOf } from './reading'

const soft = { color: '#56625d' }

export function useWords(): (w: Words | undefined) => string {
  const { i18n } = useTranslation()
  return (w) => (i18n.language === 'en' ? w?.en || w?.zh : w?.zh || w?.en) ?? ''
}

export function Hash({ of }: { of: string }) {
  if (!of) return <>—</>
  return <Typography.Text code copyable={{ text: of }} title={of}>{shortHash(of)}</Typography.Text>
}

/** State, and how firmly it is withdrawn when it is. */
export function Standing({ of }: { of: Version }) {
  const level = levelOf(of)
  return <Space size={4} wrap><StatusTag noun="version" state={of.state} reason={of.reason} />{level !== 'none' && <StatusTag noun="level" state={level} reason={of.revocation.reason} />}</Space>
}

export function ExaminationBar({ of }: { of: Version }) {
  const { t } = useTranslation()
  const { progress } = of
  const state = examined(of)
  if (state !== 'running') return <StatusTag noun="examination" state={state} />
  const percent = progress.total === 0 ? 0 : Math.floor((progress.done * 100) / progress.total)
  return (
    <div role="status" aria-live="polite">
      <Progress percent={percent} size="small" status={progress.failed > 0 ? 'exception' : 'active'} aria-label={t('market.examining')} />
      <span style={soft}>{progress.total === 0 ? t('market.examine_queued') : t('market.examine_at', { done: progress.done, total: progress.total, failed: progress.failed, last: progress.last ?? '' })}</span>
    </div>
  )
}

/** The checks by what they are about; a failed one is open and shows the question that breaks it. */
export function ReportView({ report }: { report: Report }) {
  const { t, i18n } = useTranslation()
  const checks = report.checks ?? []
  const counts = countsOf(checks)
  const groups = groupsOf(checks)
  return (
    <div className="stack">
      <Space wrap>
        <StatusTag noun="check" state="pass" /> <span className="num">{counts.pass}</span>
        <StatusTag noun="check" state="fail" /> <span className="num">{counts.fail}</span>
        <StatusTag noun="check" state="skipped" /> <span className="num">{counts.skipped}</span>
        <span style={soft}>{t('market.asked', { questions: report.asked, orders: report.orders })}</span>
      </Space>
      <Collapse size="small" defaultActiveKey={groups.filter((g) => g.failed > 0).map((g) => g.group)} items={groups.map((g) => ({
        key: g.group,
        label: <Space>{t(`market.group.${g.group}`, g.group)}{g.failed > 0 ? <StatusTag noun="check" state="fail" /> : <span style={soft}>{t('market.checks', { count: g.checks.length })}</span>}</Space>,
        children: <ul className="why">{g.checks.map((c) => <li key={c.name}><CheckLine of={c} title={i18n.language === 'en' ? c.title.en : c.title['zh-CN']} /></li>)}</ul>,
      }))} />
    </div>
  )
}

function CheckLine({ of, title }: { of: Check; title: string }) {
  const { t } = useTranslation()
  const shown = ([['market.config', of.config], ['market.request', of.request], ['market.answer', of.answer]] as [string, Json | undefined][]).filter(([, v]) => v !== undefined && v !== null)
  return (
    <>
      <Space align="start" wrap><StatusTag noun="check" state={of.status} /><span>{title}</span><code style={soft}>{of.name}</code></Space>
      {of.detail && <div style={{ marginTop: 4, whiteSpace: 'pre-wrap', ...(of.status === 'fail' ? { color: '#a11f14' } : soft) }}>{of.detail}</div>}
      {of.status === 'fail' && shown.length > 0 && (
        <Collapse ghost size="small" defaultActiveKey={['question']} items={[{ key: 'question', label: t('market.reproduce', { rpc: of.rpc ?? '' }), children: shown.map(([key, v]) => <Code key={key} title={t(key)} json={v!} />) }]} />
      )}
    </>
  )
}

function Code({ title, json }: { title: string; json: Json }) {
  const text = typeof json === 'string' ? json : JSON.stringify(json, null, 2)
  return (
    <div style={{ marginBottom: 8 }}>
      <Typography.Text strong copyable={{ text }}>{title}</Typography.Text>
      <pre tabIndex={0} style={{ background: '#f4f6f5', padding: 12, borderRadius: 8, maxHeight: 260, overflow: 'auto', fontSize: 12, margin: '4px 0' }}>{text}</pre>
    </div>
  )
}

const changeTone = { same: 'quiet', added: 'warning', removed: 'quiet', purpose: 'active' } as const

/** What it wants to know of an order and why; beside another version, what is new in that. */
export function Facts({ now, before }: { now: Manifest; before: Manifest | null }) {
  const { t } = useTranslation()
  const words = useWords()
  const rows = factChanges(now, before)
  return (
    <Table size="small" rowKey={(f) => f.name + f.change} pagination={false} dataSource={rows} locale={{ emptyText: t('market.no_facts') }} columns={[
      { title: t('market.fact'), render: (_, f) => <Space><code style={f.change === 'removed' ? { textDecoration: 'line-through' } : undefined}>{f.name}</code>{f.change !== 'same' && <Pill tone={changeTone[f.change]}>{t(`market.fact_${f.change}`)}</Pill>}</Space> },
      { title: t('market.purpose'), render: (_, f) => <>{words(f.purpose)}{f.before && <div style={soft}>{t('market.purpose_before', { purpose: words(f.before) })}</div>}</> },
    ]} />
  )
}

/** The package by what it says of itself and by its hashes. */
export function PackageFacts({ of, more = [] }: { of: Version; more?: { key: string; label: string; children: ReactNode }[] }) {
  const { t } = useTranslation()
  const time = useTime()
  const words = useWords()
  const m = of.manifest
  return (
    <Descriptions size="small" column={{ xs: 1, md: 2 }} items={[
      { key: 'title', label: t('market.title'), children: words(m.title) || of.plugin },
      { key: 'author', label: t('market.author'), children: of.author },
      { key: 'summary', label: t('market.summary'), children: words(m.summary) || '—', span: 2 },
      { key: 'sdk', label: 'SDK', children: <code>{m.sdk} · {m.runtime}</code> },
      { key: 'license', label: t('market.license'), children: m.license || '—' },
      { key: 'home', label: t('market.homepage'), children: m.homepage || '—' },
      { key: 'size', label: t('market.size'), children: sizeOf(of.size) },
      { key: 'at', label: t('market.submitted_at'), children: time.full(of.submitted_at) },
      { key: 'reviewed', label: t('market.reviewed_at'), children: of.reviewed_at ? `${time.full(of.reviewed_at)} · ${of.reviewer}` : '—' },
      { key: 'package', label: t('market.package'), children: <Hash of={of.package} /> },
      { key: 'key', label: t('market.key'), children: <Typography.Text code>{of.key_id}</Typography.Text> },
      ...Object.entries(of.artifacts).map(([platform, sha]) => ({ key: platform, label: platform, children: <Hash of={sha} /> })),
      { key: 'report', label: t('market.report_hash'), children: <Hash of={of.report_hash} /> },
      ...more,
    ]} />
  )
}

/** Why it was turned away or withdrawn, where it cannot be missed. */
export function Verdict({ of }: { of: Version }) {
  const { t } = useTranslation()
  const level = levelOf(of)
  return (
    <>
      {of.state === 'rejected' && <Alert type="error" showIcon title={t('market.rejected_because')} description={<span style={{ whiteSpace: 'pre-wrap' }}>{of.reason}</span>} />}
      {level !== 'none' && <Alert type={level === 'stop_now' ? 'error' : 'warning'} showIcon title={`${t(`status.level.${level}`)}: ${of.revocation.reason ?? ''}`} description={t(`market.level_${level}`)} />}
    </>
  )
}

const commands = ['fenli plugin new my-strategy', 'fenli plugin test ./my-strategy', 'fenli plugin pack ./my-strategy', 'fenli plugin sign my-strategy-0.1.0.fenli --key my-key.json']

/** From nothing to a submission: the lines for this platform. */
export function submission(platform: string): string[] {
  return [
    ...commands.slice(0, 2),
    'fenli plugin keys new my-key.json',
    'export FENLI_DEVELOPER_TOKEN=fd_…',
    `fenli plugin keys register my-key.json --platform ${platform}`,
    ...commands.slice(2),
    `fenli plugin publish my-strategy-0.1.0.fenli --registry ${platform}`,
  ]
}

/** Lines for a terminal, to be copied together. */
export function Terminal({ lines }: { lines: string[] }) {
  return (
    <div style={{ position: 'relative', textAlign: 'left' }}>
      <pre tabIndex={0} style={{ background: '#10231f', color: '#e6f2ee', padding: '12px 44px 12px 16px', borderRadius: 8, whiteSpace: 'pre-wrap', wordBreak: 'break-word', margin: 0, fontSize: 13, lineHeight: 1.7 }}>{lines.join('\n')}</pre>
      <Typography.Text copyable={{ text: lines.join('\n') }} style={{ position: 'absolute', top: 6, right: 8, background: '#e6f2ee', borderRadius: 6, padding: '0 6px' }} />
    </div>
  )
}
