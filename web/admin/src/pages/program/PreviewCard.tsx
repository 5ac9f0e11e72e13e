// What the draft would pay, asked of the real strategy a moment after every change.
import { useQuery } from '@tanstack/react-query'
import { Alert, Card, Collapse, Skeleton, Spin } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sumMoney } from '../../api/money'
import type { ApiError } from '../../api/problem'
import type { Preview, PreviewOrder, ProgramDraft } from '../../api/types'
import { useStore } from '../../app/permissions'
import { api } from '../../app/token'
import { Money } from '../../parts/Money'
import { Awards } from '../../parts/Why'

function useSettled<T>(value: T, wait: number): T {
  const [settled, setSettled] = useState(value)
  const text = JSON.stringify(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait)
    return () => clearTimeout(timer)
  }, [text, wait]) // eslint-disable-line react-hooks/exhaustive-deps
  return settled
}

export function PreviewCard({ draft, sound, onRefused }: { draft: ProgramDraft; sound: boolean; onRefused: (faults: Record<string, string>) => void }) {
  const { t, i18n } = useTranslation()
  const asked = useSettled({ strategy: draft.strategy, config: draft.config, settings: draft.settings }, 500)
  const preview = useQuery<Preview, ApiError>({
    queryKey: ['preview', asked, i18n.language],
    queryFn: ({ signal }) => api('POST /program/preview', { body: asked }, { signal }),
    enabled: sound, retry: false, placeholderData: (before) => before, staleTime: 60_000,
  })
  const fields = preview.error?.fields
  useEffect(() => {
    if (fields && Object.keys(fields).length > 0) onRefused(atDraft(fields))
  }, [preview.error]) // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <Card title={t('preview.title')} extra={preview.isFetching && <Spin size="small" />} aria-live="polite">
      <p style={{ color: '#56625d', marginTop: 0 }}>{t('preview.help')}</p>
      {!sound ? <Alert type="info" showIcon title={t('preview.unsound')} /> : preview.error ? <Alert type="error" showIcon title={preview.error.unreachable ? t('failure.unreachable_help') : preview.error.message} /> : !preview.data ? <Skeleton active paragraph={{ rows: 6 }} /> : <Samples items={preview.data.items ?? []} />}
    </Card>
  )
}

/** The server points into the request's body or, for the strategy's own refusals, into the configuration. */
export function atDraft(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([at, text]) => [/^\/(config|settings|strategy|note)(\/|$)/.test(at) ? at : `/config${at === '/' ? '' : at}`, text]))
}

function Samples({ items }: { items: PreviewOrder[] }) {
  const { t } = useTranslation()
  const { currency } = useStore()
  if (items.length === 0) return <p>{t('preview.none')}</p>
  return (
    <Collapse defaultActiveKey={['0']} items={items.map((o, i) => ({
      key: String(i),
      label: <span style={{ display: 'flex', justifyContent: 'space-between', gap: 12, flexWrap: 'wrap' }}><span>{o.title} <Money of={o.goods} /></span>{o.commission.awaiting ? <span style={{ color: '#8f3d06' }}>{t('preview.undecided')}</span> : <span>{t('preview.pays')} <Money of={sumMoney(o.commission.awards.map((a) => a.granted), currency)} strong /></span>}</span>,
      children: o.commission.awaiting ? <Alert type="warning" showIcon title={o.commission.awaiting.sentence} /> : <div className="stack"><Awards drafted personCaps={o.commission.person_caps} awards={o.commission.awards} declined={o.commission.declined} cap={o.commission.cap} lineCaps={o.commission.line_caps} /></div>,
    }))} />
  )
}
