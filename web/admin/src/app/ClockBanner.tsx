import { ClockCircleOutlined } from '@ant-design/icons'
import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import { useTime } from '../parts/time'
import { useStore } from './permissions'

/** A store on a test clock says so on every page: its "today" is not ours. */
export function ClockBanner() {
  const { t } = useTranslation()
  const { clock } = useStore()
  const time = useTime()
  if (!clock?.test) return null
  return <Alert banner type="warning" icon={<ClockCircleOutlined />} title={t('shell.test_clock', { now: time.full(clock.now) })} style={{ marginBottom: 16, borderRadius: 8 }} />
}
