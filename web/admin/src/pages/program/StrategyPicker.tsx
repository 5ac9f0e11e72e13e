import { Collapse, Radio } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Strategy } from '../../api/types'
import { helpOf, titleOf } from '../../schema/schema'

/** One card per strategy, with what it does and which facts about an order it reads. */
export function StrategyPicker({ strategies, chosen, onChoose, disabled }: { strategies: Strategy[]; chosen: string; onChoose: (s: Strategy) => void; disabled: boolean }) {
  const { t, i18n } = useTranslation()
  const picked = strategies.find((s) => s.strategy === chosen)
  return (
    <>
      <Radio.Group aria-label={t('program.strategy')} value={chosen} disabled={disabled} onChange={(e) => onChoose(strategies.find((s) => s.strategy === e.target.value)!)} style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(230px, 1fr))', gap: 12 }}>
        {strategies.map((s) => (
          <Radio key={s.artifact ?? s.strategy} value={s.strategy} style={{ border: `1px solid ${s.strategy === chosen ? '#0f6b5c' : '#e3e8e5'}`, borderRadius: 10, padding: '10px 12px', margin: 0, alignItems: 'flex-start', background: s.strategy === chosen ? '#f0f8f6' : undefined }}>
            <strong>{titleOf(s.config_schema ?? {}, t(`strategy.${s.strategy}`, s.strategy), i18n.language)}</strong>
            <div style={{ color: '#56625d', fontSize: 13 }}>{helpOf(s.config_schema ?? {}, i18n.language) ?? ''}</div>
            <div style={{ color: '#56625d', fontSize: 12 }}>{s.strategy} {s.version}</div>
          </Radio>
        ))}
      </Radio.Group>
      {picked && (picked.facts ?? []).length > 0 && (
        <Collapse ghost size="small" style={{ marginTop: 12 }} items={[{
          key: 'facts', label: t('program.facts', { count: picked.facts.length }),
          children: <ul style={{ margin: 0, paddingLeft: 18 }}>{picked.facts.map((f) => <li key={f.name}><code>{f.name}</code> · {i18n.language === 'en' ? f.purpose?.en : f.purpose?.zh}{f.cost && f.cost !== 'free' && <span style={{ color: '#56625d' }}> · {t(`program.cost_${f.cost}`)}</span>}</li>)}</ul>,
        }]} />
      )}
    </>
  )
}
