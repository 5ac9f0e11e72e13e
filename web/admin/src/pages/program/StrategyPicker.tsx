import { Alert, Collapse, Radio, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Strategy } from '../../api/types'
import { Pill } from '../../parts/StatusTag'
import { helpOf, titleOf } from '../../schema/schema'

const soft = { color: '#56625d' }

/** One card per strategy: what it does, which version, and whether it may stay; below, what the chosen one reads. */
export function StrategyPicker({ strategies, chosen, onChoose, disabled }: { strategies: Strategy[]; chosen: string; onChoose: (s: Strategy) => void; disabled: boolean }) {
  const { t, i18n } = useTranslation()
  const word = (w?: { zh: string; en: string }) => (i18n.language === 'en' ? w?.en || w?.zh : w?.zh || w?.en)
  const picked = strategies.find((s) => s.strategy === chosen)
  return (
    <>
      <Radio.Group aria-label={t('program.strategy')} value={chosen} disabled={disabled} onChange={(e) => onChoose(strategies.find((s) => s.strategy === e.target.value)!)} style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(230px, 1fr))', gap: 12 }}>
        {strategies.map((s) => (
          <Radio key={s.artifact ?? s.strategy} value={s.strategy} style={{ border: `1px solid ${s.strategy === chosen ? '#0f6b5c' : '#e3e8e5'}`, borderRadius: 10, padding: '10px 12px', margin: 0, alignItems: 'flex-start', background: s.strategy === chosen ? '#f0f8f6' : undefined }}>
            <strong>{titleOf(s.config_schema ?? {}, t(`strategy.${s.strategy}`, word(s.title) ?? s.strategy), i18n.language)}</strong>
            <div style={{ ...soft, fontSize: 13 }}>{helpOf(s.config_schema ?? {}, i18n.language) ?? word(s.summary) ?? ''}</div>
            <div style={{ ...soft, fontSize: 12 }}>{s.strategy} {s.version}{thirdParty(s) && ` · ${t('program.third_party')}`}</div>
            {(s.in_force || s.upgrade || s.withdrawn) && <Space size={4} wrap>
              {s.in_force && <Pill tone="good">{t('program.uses_version', { version: s.in_force.version })}</Pill>}
              {s.upgrade && <Pill tone="active">{t('program.upgrade', { version: s.upgrade.version })}</Pill>}
              {s.withdrawn && <Pill tone="bad">{t('program.withdrawn')}</Pill>}
            </Space>}
          </Radio>
        ))}
      </Radio.Group>
      {picked && <Standing of={picked} />}
      {picked && (picked.facts ?? []).length > 0 && (
        <Collapse ghost size="small" style={{ marginTop: 12 }} items={[{
          key: 'facts', label: t('program.facts', { count: picked.facts.length }),
          children: <ul style={{ margin: 0, paddingLeft: 18 }}>{picked.facts.map((f) => <li key={f.name}><code>{f.name}</code> · {word(f.purpose)}{f.cost && <span style={soft}> · {t(`program.cost_${f.cost}`)}</span>}</li>)}</ul>,
        }]} />
      )}
    </>
  )
}

/** Nothing of it came with the platform. */
function thirdParty(s: Strategy): boolean {
  return (s.versions ?? []).length > 0 && !s.versions!.some((v) => v.built_in)
}

/** What must or may be done about the version in force, and every version there is. */
function Standing({ of }: { of: Strategy }) {
  const { t } = useTranslation()
  const versions = of.versions ?? []
  return (
    <>
      {of.withdrawn && <Alert type="warning" showIcon style={{ marginTop: 12 }} title={t('program.withdrawn')} description={of.withdrawn} />}
      {of.upgrade && <Alert type="info" showIcon style={{ marginTop: 12 }} title={t('program.upgrade', { version: of.upgrade.version })} description={t('program.upgrade_help')} />}
      {(versions.length > 1 || versions.some((v) => !v.choosable)) && (
        <Collapse ghost size="small" style={{ marginTop: 12 }} items={[{
          key: 'versions', label: t('program.all_versions', { count: versions.length }),
          children: (
            <ul style={{ margin: 0, paddingLeft: 18 }}>
              {versions.map((v) => (
                <li key={v.artifact}>
                  <code>{v.version}</code>{v.built_in && <span style={soft}> · {t('program.built_in')}</span>}{v.artifact === of.in_force?.artifact && <> · {t('program.in_use')}</>}
                  {!v.choosable && <span style={{ color: '#8f3d06' }}> · {t('program.not_choosable')}: {v.why}</span>}
                </li>
              ))}
            </ul>
          ),
        }]} />
      )}
    </>
  )
}
