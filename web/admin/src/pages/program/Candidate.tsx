// What is to be tried: the programme that is being edited, an earlier revision,
// or another strategy, at an exact version.
import { Collapse, Form, Radio, Select, Tag } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '../../api/hooks'
import type { Json, ProgramDraft, Revision, SentDraft, Strategy } from '../../api/types'
import { useStore } from '../../app/permissions'
import { useTime } from '../../parts/time'
import { blank, titleOf } from '../../schema/schema'
import { SchemaForm } from '../../schema/SchemaForm'
import { sent } from './draft'

export interface Choice {
  from: 'draft' | 'revision' | 'strategy'
  revision?: number
  artifact?: string
  config?: Json
}

/** What is sent for a choice; nothing while it is not complete. */
export function chosen(choice: Choice, draft: ProgramDraft | undefined, current: Revision | undefined, revisions: Revision[], strategies: Strategy[]): SentDraft | undefined {
  if (!current) return undefined
  if (choice.from === 'draft') return draft && sent(draft, current)
  if (choice.from === 'revision') {
    const r = revisions.find((x) => x.revision === choice.revision)
    return r && { strategy: r.artifact, config: r.config, settings: r.settings }
  }
  if (!choice.artifact) return undefined
  const s = strategyOf(choice.artifact, strategies)
  return { strategy: choice.artifact, config: choice.config ?? (s?.strategy === current.strategy ? current.config : s ? blank(s.config_schema) : {}) }
}

export function strategyOf(artifact: string, strategies: Strategy[]): Strategy | undefined {
  return strategies.find((s) => s.artifact === artifact || (s.versions ?? []).some((v) => v.artifact === artifact))
}

export function useCandidates() {
  const current = useRead('GET /program')
  const strategies = useRead('GET /strategies')
  const revisions = useRead('GET /program/revisions', { query: { limit: 100 } })
  return { current: current.data, strategies: strategies.data?.items ?? [], revisions: revisions.data?.items ?? [], error: current.error ?? strategies.error ?? revisions.error }
}

export function Candidate({ value, onChange, draft, from }: { value: Choice; onChange: (c: Choice) => void; draft?: ProgramDraft; from: ReturnType<typeof useCandidates> }) {
  const { t, i18n } = useTranslation()
  const time = useTime()
  const { currency, time_zone } = useStore()
  const { current, strategies, revisions } = from
  const picked = value.artifact ? strategyOf(value.artifact, strategies) : undefined
  const config = picked && (value.config ?? (picked.strategy === current?.strategy ? current.config : blank(picked.config_schema)))
  const others = revisions.filter((r) => r.revision !== current?.revision)
  return (
    <>
      <Form.Item label={t('candidate.label')} style={{ marginBottom: 12 }}>
        <Radio.Group value={value.from} onChange={(e) => onChange({ from: e.target.value as Choice['from'] })} options={[
          ...(draft ? [{ value: 'draft', label: t('candidate.draft') }] : []),
          { value: 'strategy', label: t('candidate.strategy') },
          { value: 'revision', label: t('candidate.revision'), disabled: others.length === 0 },
        ]} />
      </Form.Item>
      {value.from === 'revision' && (
        <Form.Item label={t('revision.number')} htmlFor="candidate-revision">
          <Select id="candidate-revision" value={value.revision} onChange={(revision) => onChange({ from: 'revision', revision })} placeholder={t('candidate.pick_revision')}
            options={others.map((r) => ({ value: r.revision, label: `${t('why.revision_n', { n: r.revision })} · ${t(`strategy.${r.strategy}`, r.strategy)} ${r.version} · ${r.note || time.day(r.created_at)}` }))} />
        </Form.Item>
      )}
      {value.from === 'strategy' && (
        <Form.Item label={t('program.strategy')} htmlFor="candidate-strategy">
          <Select id="candidate-strategy" showSearch optionFilterProp="label" value={value.artifact} onChange={(artifact) => onChange({ from: 'strategy', artifact })} placeholder={t('candidate.pick_strategy')}
            options={strategies.flatMap((s) => versionsOf(s).map((v) => ({ value: v.artifact, disabled: !v.choosable, label: `${titleOf(s.config_schema ?? {}, t(`strategy.${s.strategy}`, s.strategy), i18n.language)} ${v.version}${v.artifact === current?.artifact ? t('candidate.in_force') : ''}${v.why ? ` · ${v.why}` : ''}` })))} />
        </Form.Item>
      )}
      {value.from === 'strategy' && picked && config !== undefined && Object.keys(picked.config_schema?.properties ?? {}).length > 0 && (
        <Collapse size="small" style={{ marginBottom: 16 }} items={[{
          key: 'config', label: <>{t('program.config')} {value.config === undefined && <Tag>{t(picked.strategy === current?.strategy ? 'candidate.as_in_force' : 'candidate.as_default')}</Tag>}</>,
          children: <SchemaForm key={value.artifact} schema={picked.config_schema} value={config} onChange={(c) => onChange({ ...value, config: c })} currency={currency} zone={time_zone} />,
        }]} />
      )}
    </>
  )
}

function versionsOf(s: Strategy) {
  return (s.versions ?? []).length > 0 ? s.versions! : [{ artifact: s.artifact, version: s.version, choosable: true, why: '' }]
}
