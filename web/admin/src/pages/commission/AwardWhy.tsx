import { Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Why } from '../../parts/Why'

/** The explanation beside a list, without leaving it. */
export function AwardWhy({ order, onClose }: { order: string; onClose: () => void }) {
  const { t } = useTranslation()
  return <Drawer open onClose={onClose} size={620} title={t('award.why')} extra={<Link to={`/orders?open=${order}`}>{t('award.see_order')}</Link>}><Why order={order} /></Drawer>
}
