import { useTranslation } from 'react-i18next'
import { formatMoney } from '../../api/money'
import type { Brand } from '../../api/types'
import { useStore } from '../../app/permissions'
import { textOn } from './contrast'

export const tabs = ['home', 'category', 'earn', 'me'] as const

/** A sketch of the shop's first page, coloured as it will be. */
export function Phone({ brand }: { brand: Brand }) {
  const { t } = useTranslation()
  const { currency } = useStore()
  const logo = /^(https:|data:image\/|\/(?!\/))/.test(brand.logo ?? '') ? brand.logo : ''
  const yuan = (amount: number) => formatMoney({ amount, currency })
  return (
    <div role="img" aria-label={t('brand.preview')} style={{ width: 280, maxWidth: '100%', margin: '0 auto', border: '8px solid #1b2420', borderRadius: 32, overflow: 'hidden', background: '#f6f6f6' }}>
      <div style={{ background: brand.primary_color, color: textOn(brand.primary_color), padding: '18px 16px 26px' }}>
        <div style={{ display: 'flex', gap: 10, alignItems: 'center' }}>
          {logo ? <img src={logo} alt="" width={36} height={36} style={{ borderRadius: 8, objectFit: 'cover', background: '#fff' }} /> : <span style={{ width: 36, height: 36, borderRadius: 8, border: '2px solid currentColor', display: 'grid', placeItems: 'center', fontWeight: 700 }}>{[...(brand.display_name || '店')][0]}</span>}
          <div style={{ minWidth: 0 }}><div style={{ fontWeight: 600, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>{brand.display_name}</div><div style={{ fontSize: 12, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>{brand.slogan || ' '}</div></div>
        </div>
      </div>
      <div style={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 8, padding: 10, marginTop: -16 }}>
        {[19900, 8800, 12900, 4900].map((price) => (
          <div key={price} style={{ background: '#fff', borderRadius: 10, padding: 8 }}>
            <div style={{ height: 72, borderRadius: 8, background: `linear-gradient(135deg, ${brand.primary_color}22, ${brand.accent_color}33)` }} />
            <div className="num" style={{ fontWeight: 600, marginTop: 6 }}>{yuan(price)}</div>
            <span style={{ display: 'inline-block', background: brand.accent_color, color: textOn(brand.accent_color), borderRadius: 4, fontSize: 11, padding: '0 6px' }}>{t('brand.earn')} {yuan(price / 10)}</span>
          </div>
        ))}
      </div>
      <div style={{ padding: '4px 10px 10px' }}><div style={{ background: brand.primary_color, color: textOn(brand.primary_color), borderRadius: 999, textAlign: 'center', padding: '8px 0', fontSize: 13 }}>{t('brand.become', { word: brand.distributor_word || '分销员' })}</div></div>
      <div style={{ display: 'grid', gridTemplateColumns: 'repeat(4, 1fr)', background: '#fff', borderTop: '1px solid #e3e8e5', padding: '8px 0 12px', fontSize: 12, textAlign: 'center' }}>
        {tabs.map((tab, i) => <span key={tab} style={{ fontWeight: i === 0 ? 700 : 400, borderTop: i === 0 ? `2px solid ${brand.primary_color}` : undefined }}>{brand.tab_names?.[tab] || t(`brand.tab_${tab}`)}</span>)}
      </div>
    </div>
  )
}
