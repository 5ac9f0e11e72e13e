// Begins a backtest or a shadow. Neither moves money, and it says so.
import { Alert, DatePicker, Form, Input, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import type { ProgramDraft, Trial } from '../../api/types'
import { useStore } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { ofWall, toWall } from '../../schema/wall'
import { Candidate, type Choice, chosen, useCandidates } from './Candidate'

export function StartTrial({ kind, draft, onClose, onStarted }: { kind: 'backtest' | 'shadow'; draft?: ProgramDraft; onClose: () => void; onStarted: (t: Trial) => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const { time_zone, clock } = useStore()
  const from = useCandidates()
  const backtest = useWrite('POST /trials/backtests')
  const shadow = useWrite('POST /trials/shadows')
  const [choice, setChoice] = useState<Choice>({ from: draft ? 'draft' : 'strategy' })
  const [form] = Form.useForm<{ title?: string; period?: [Dayjs, Dayjs] }>()
  const body = chosen(choice, draft, from.current, from.revisions, from.strategies)
  const now = toWall(clock?.now ?? new Date().toISOString(), time_zone)!
  const today = now.startOf('day').add(1, 'day')
  const presets = [
    { label: t('trial.last_month'), value: [now.startOf('month').subtract(1, 'month'), now.startOf('month')] as [Dayjs, Dayjs] },
    { label: t('trial.last_days', { count: 90 }), value: [today.subtract(90, 'day'), today] as [Dayjs, Dayjs] },
    { label: t('trial.last_days', { count: 365 }), value: [today.subtract(365, 'day'), today] as [Dayjs, Dayjs] },
  ]
  const go = async () => {
    const { title, period } = await form.validateFields()
    let made: Trial | undefined
    const well = await act(async () => {
      const named = title?.trim() || undefined
      made = kind === 'shadow' ? await shadow.mutateAsync({ body: { ...body!, title: named } })
        : await backtest.mutateAsync({ body: { ...body!, title: named, from: ofWall(period![0], time_zone), to: ofWall(period![1], time_zone) } })
    }, t('trial.begun'))
    if (well && made) onStarted(made)
  }
  return (
    <Modal open width={640} title={t(kind === 'shadow' ? 'shadow.start' : 'trial.start')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={t(kind === 'shadow' ? 'shadow.do_start' : 'trial.do_start')} cancelText={t('common.cancel')} confirmLoading={backtest.isPending || shadow.isPending} okButtonProps={{ disabled: !body }}>
      <Alert type="info" showIcon title={t(kind === 'shadow' ? 'shadow.moves_nothing' : 'trial.moves_nothing')} style={{ marginBottom: 16 }} />
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ period: presets[1]!.value }}>
        <Candidate value={choice} onChange={setChoice} draft={draft} from={from} />
        {kind === 'backtest' && (
          <Form.Item name="period" label={t('trial.period', { zone: time_zone })} extra={t('trial.period_help')} rules={[{ required: true, message: t('input.required') }]}>
            <DatePicker.RangePicker allowClear={false} presets={presets} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" style={{ width: '100%' }} />
          </Form.Item>
        )}
        <Form.Item name="title" label={t('trial.name')}><Input maxLength={200} placeholder={t('trial.name_example')} /></Form.Item>
      </Form>
    </Modal>
  )
}
