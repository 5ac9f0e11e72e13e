// 重算核对: everything that was decided for a month is asked again and held against the journal.
import { DatePicker, Form, Modal } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useWrite } from '../../api/hooks'
import { useStore } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { toWall } from '../../schema/wall'

export function ProveDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const go = useNavigate()
  const { time_zone, clock } = useStore()
  const prove = useWrite('POST /trials/proofs')
  const [form] = Form.useForm<{ month: Dayjs }>()
  const now = toWall(clock?.now ?? new Date().toISOString(), time_zone) ?? dayjs()
  const start = async () => {
    const month = (await form.validateFields()).month.format('YYYY-MM')
    let id = ''
    if (await act(async () => void ({ id } = await prove.mutateAsync({ body: { month } })), t('trial.begun'))) void go(`/program/trials?kind=proof&open=${id}`)
  }
  return (
    <Modal open width={480} title={t('proof.title')} onCancel={onClose} onOk={() => void start().catch(() => undefined)} okText={t('proof.do')} cancelText={t('common.cancel')} confirmLoading={prove.isPending}>
      <p style={{ color: '#56625d' }}>{t('proof.help')}</p>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ month: now.startOf('month') }}>
        <Form.Item name="month" label={t('proof.month')} rules={[{ required: true, message: t('input.required') }]}><DatePicker picker="month" allowClear={false} disabledDate={(d) => d.isAfter(now, 'month')} /></Form.Item>
      </Form>
    </Modal>
  )
}
