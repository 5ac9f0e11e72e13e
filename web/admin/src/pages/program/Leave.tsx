import { Modal } from 'antd'
import { useTranslation } from 'react-i18next'

export function Leave({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  const { t } = useTranslation()
  return <Modal open title={t('program.leave')} onCancel={onStay} onOk={onLeave} okText={t('program.leave_now')} cancelText={t('program.stay')} okButtonProps={{ danger: true }}>{t('program.leave_help')}</Modal>
}
