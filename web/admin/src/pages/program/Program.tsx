// 佣金方案: choose a strategy, set it up, watch what it would pay, then publish.
import { RedoOutlined, UndoOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Popover, Skeleton, Space, Tabs } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useBlocker } from 'react-router'
import { Link } from 'react-router'
import { useRead } from '../../api/hooks'
import type { Json, ProgramDraft, ProgramSettings, Revision, Strategy } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can, useCan, useStore } from '../../app/permissions'
import { PageShell, PageSkeleton } from '../../parts/PageShell'
import { useTime } from '../../parts/time'
import { blank, faultsOf, isObject } from '../../schema/schema'
import { useHistory } from '../../schema/history'
import { SchemaForm } from '../../schema/SchemaForm'
import { api } from '../../app/token'
import { diff } from './diff'
import { DiffTable } from './DiffTable'
import { Leave } from './Leave'
import { PreviewCard } from './PreviewCard'
import { Publish } from './Publish'
import { type Section, sections, sectionSchema, settingsSchema } from './settings'
import { TryFirst } from './TryFirst'
import { StrategyPicker } from './StrategyPicker'

export default function Program() {
  const { t } = useTranslation()
  const can = useCan()
  const program = useRead('GET /program')
  const strategies = useRead('GET /strategies', {}, { enabled: can('strategy.read') })
  const broken = program.error ?? strategies.error
  if (broken) return <PageShell title={t('menu.program_edit')}><Failure error={broken} retry={() => { void program.refetch(); void strategies.refetch() }} /></PageShell>
  if (!program.data || !strategies.data) return <PageSkeleton />
  return <Editor key={program.data.revision} current={program.data} strategies={strategies.data.items} />
}

function Editor({ current, strategies }: { current: Revision; strategies: Strategy[] }) {
  const { t } = useTranslation()
  const can = useCan()
  const time = useTime()
  const { currency, time_zone } = useStore()
  const steps = useHistory<ProgramDraft>({ strategy: current.strategy, config: current.config ?? {}, settings: current.settings })
  const { value: draft, set: setDraft } = steps
  const [publishing, setPublishing] = useState(false)
  const [refused, setRefused] = useState<Record<string, string>>({})
  const disabled = !can('program.revise') && !can('program.preview')
  const strategy = strategies.find((s) => s.strategy === draft.strategy) ?? strategies[0]
  const dirty = JSON.stringify([draft.strategy, draft.config, draft.settings]) !== JSON.stringify([current.strategy, current.config ?? {}, current.settings])
  const products = useRead('GET /products', { query: { limit: 100 } }, { enabled: can('product.read'), staleTime: 60_000 })
  const leaving = useBlocker(({ currentLocation, nextLocation }) => dirty && !publishing && currentLocation.pathname !== nextLocation.pathname)

  const change = (part: Partial<ProgramDraft>) => {
    setRefused({})
    setDraft((d) => ({ ...d, ...part }))
  }
  const choose = (s: Strategy) => change({ strategy: s.strategy, config: s.strategy === current.strategy ? (current.config ?? {}) : blank(s.config_schema) })
  const faults = useMemo(() => {
    const said = (list: ReturnType<typeof faultsOf>, under: string) => Object.fromEntries(Object.entries(list).map(([at, w]) => [under + (at === '/' ? '' : at), t(w.key, w.args ?? {})]))
    return {
      ...(strategy ? said(faultsOf(strategy.config_schema, draft.config), '/config') : {}),
      ...Object.assign({}, ...(Object.keys(sections) as Section[]).map((s) => said(faultsOf(sectionSchema(s, draft.settings.levels, strategy?.can_recompute), only(s, draft.settings)), '/settings'))),
      ...refused,
    } as Record<string, string>
  }, [draft, strategy, refused, t])
  const under = (prefix: string) => Object.fromEntries(Object.entries(faults).filter(([at]) => at.startsWith(prefix)).map(([at, text]) => [at.slice(prefix.length) || '/', text]))
  const keys = (kind: string | undefined) => {
    if (kind === 'grade') return draft.settings.grades.map((g) => ({ value: g, label: t(`grade.${g}`, g) }))
    const goods = products.data?.items ?? []
    if (kind === 'sku') return goods.flatMap((p) => p.skus.map((s) => ({ value: s.code, label: `${s.code} · ${p.title} ${s.title}` })))
    if (kind === 'category') return [...new Set(goods.map((p) => p.category).filter(Boolean))].map((c) => ({ value: c }))
    if (kind === 'channel') return ['h5', 'wechat', 'offline'].map((c) => ({ value: c }))
    return []
  }
  const search = async (kind: string, q: string) =>
    kind === 'sku' ? (await api('GET /products', { query: { q, limit: 20 } })).items.flatMap((p) => p.skus.map((s) => ({ value: s.code, label: `${s.code} · ${p.title} ${s.title}` }))) : []
  const mark = (section: Section) => sections[section].some((n) => Object.keys(faults).some((at) => at === `/settings/${n}` || at.startsWith(`/settings/${n}/`)))
  const settingsTab = (section: Section) => ({
    key: section,
    label: <span style={mark(section) ? { color: '#b42318' } : undefined}>{t(`program.section_${section}`)}{mark(section) && ' •'}</span>,
    children: (
      <>
        {section === 'levels' && draft.settings.levels === 3 && <Alert type="warning" showIcon title={t('program.third_level')} style={{ marginBottom: 16 }} />}
        <SchemaForm schema={sectionSchema(section, draft.settings.levels, strategy?.can_recompute)} value={draft.settings as unknown as Json} onChange={(v) => change({ settings: v as unknown as ProgramSettings })} currency={currency} faults={under('/settings')} keys={keys} zone={time_zone} disabled={disabled} />
      </>
    ),
  })
  return (
    <PageShell title={t('menu.program_edit')} help={t('program.help')} controls={
      <Space wrap>
        <Link to="/program/revisions"><Button tabIndex={-1}>{t('program.now', { n: current.revision })}</Button></Link>
        {!disabled && <Space.Compact><Button icon={<UndoOutlined />} aria-label={t('schema.undo')} disabled={!steps.canUndo} onClick={() => { setRefused({}); steps.undo() }} /><Button icon={<RedoOutlined />} aria-label={t('schema.redo')} disabled={!steps.canRedo} onClick={() => { setRefused({}); steps.redo() }} /></Space.Compact>}
        {dirty && <Changed draft={draft} current={current} strategy={strategy} />}
        {dirty && <Button onClick={() => { setRefused({}); setDraft({ strategy: current.strategy, config: current.config ?? {}, settings: current.settings }) }}>{t('program.reset')}</Button>}
        <TryFirst draft={draft} sound={Object.keys(faults).length === 0} dirty={dirty} />
        <Can permission="program.revise"><Button type="primary" disabled={!dirty || Object.keys(faults).length > 0} onClick={() => setPublishing(true)}>{t('program.publish')}</Button></Can>
      </Space>
    }>
      <p style={{ color: '#56625d', marginTop: -8 }}>{current.revision === 1 ? t('program.effective_first') : t('program.effective', { n: current.revision, at: time.minute(current.effective_at) })}</p>
      <div className="halves">
        <Card>
          <Tabs items={[
            {
              key: 'strategy', label: t('program.section_strategy'),
              children: !strategy ? <Skeleton /> : (
                <>
                  <StrategyPicker strategies={strategies} chosen={strategy.strategy} onChoose={choose} disabled={disabled} />
                  <h2 style={{ fontSize: 16, margin: '24px 0 12px' }}>{t('program.config')}</h2>
                  {Object.keys(strategy.config_schema?.properties ?? {}).length === 0 ? <p style={{ color: '#56625d' }}>{t('program.no_config')}</p>
                    : <SchemaForm key={strategy.strategy} schema={strategy.config_schema} value={draft.config} onChange={(config) => change({ config })} currency={currency} faults={under('/config')} keys={keys} search={search} zone={time_zone} disabled={disabled} />}
                </>
              ),
            },
            ...(Object.keys(sections) as Section[]).map(settingsTab),
          ]} />
        </Card>
        <div style={{ position: 'sticky', top: 72 }}><Can permission="program.preview"><PreviewCard draft={draft} sound={Object.keys(faults).length === 0} onRefused={setRefused} /></Can></div>
      </div>
      {publishing && <Publish draft={draft} current={current} strategy={strategy} onClose={() => setPublishing(false)} onRefused={(f) => { setRefused(f); setPublishing(false) }} />}
      {leaving.state === 'blocked' && <Leave onStay={() => leaving.reset()} onLeave={() => leaving.proceed()} />}
    </PageShell>
  )
}

/** What is different from what is in force, at any time before publishing. */
function Changed({ draft, current, strategy }: { draft: ProgramDraft; current: Revision; strategy?: Strategy }) {
  const { t } = useTranslation()
  const config = draft.strategy === current.strategy ? diff(current.config, draft.config) : []
  const settings = diff(current.settings as unknown as Json, draft.settings as unknown as Json)
  const count = config.length + settings.length + (draft.strategy === current.strategy ? 0 : 1)
  return (
    <Popover trigger="click" placement="bottomRight" content={
      <div style={{ width: 560, maxWidth: '80vw', maxHeight: 420, overflow: 'auto' }}>
        {draft.strategy !== current.strategy && <p><strong>{t('program.strategy')}</strong>: <del>{current.strategy}</del> → <ins style={{ textDecoration: 'none', fontWeight: 600 }}>{draft.strategy}</ins></p>}
        {config.length > 0 && <DiffTable changes={config} schema={strategy?.config_schema} />}
        {settings.length > 0 && <DiffTable changes={settings} schema={settingsSchema} />}
      </div>
    }><Button>{t('schema.changes', { count })}</Button></Popover>
  )
}

/** The settings a section shows: what it does not name is not its business. */
function only(section: Section, settings: ProgramSettings): Json {
  const all = settings as unknown as Json
  return isObject(all) ? Object.fromEntries(sections[section].filter((n) => n in all).map((n) => [n, all[n]!])) : {}
}
