// 佣金在哪里: one bar of everything that was granted, and each part with its word, its share and its amount.
import { Card } from 'antd'
import { useTranslation } from 'react-i18next'
import { formatMoney, partsOf } from '../../api/money'
import type { Overview } from '../../api/types'
import { accountColors } from '../../app/theme'
import { Money } from '../../parts/Money'

const accounts = ['held', 'available', 'reserved', 'paid', 'debt'] as const

export function WhereMoney({ of }: { of: Overview['totals'] }) {
  const { t } = useTranslation()
  const shares = partsOf(accounts.map((a) => of[a]))
  const told = accounts.map((a, i) => `${t(`account.${a}`)} ${formatMoney(of[a])}${shares[i] ? ` (${shares[i]})` : ''}`).join(', ')
  const some = accounts.some((a) => of[a].amount > 0)
  return (
    <Card title={t('overview.money')} extra={<span style={{ color: '#56625d' }}>{t('overview.expense')} <Money of={of.expense} strong /></span>}>
      <div role="img" aria-label={told} className={some ? 'money-bar' : 'money-bar none'}>
        {accounts.filter((a) => of[a].amount > 0).map((a) => <span key={a} className={a === 'debt' ? 'owed' : undefined} style={{ flexGrow: of[a].amount, backgroundColor: accountColors[a] }} />)}
      </div>
      <ul className="why money-legend">
        {accounts.map((a, i) => (
          <li key={a}>
            <span className={a === 'debt' ? 'swatch owed' : 'swatch'} style={{ backgroundColor: accountColors[a] }} aria-hidden />
            <span><strong>{t(`account.${a}`)}</strong> <span style={{ color: '#56625d' }}>{t(`account.${a}_help`)}</span></span>
            <span className="num" style={{ color: '#56625d' }}>{shares[i]}</span>
            <Money of={of[a]} strong />
          </li>
        ))}
      </ul>
    </Card>
  )
}
