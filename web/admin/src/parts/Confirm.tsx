// Before money or a person's standing moves: what, how much, and what follows.
import { App, Form, Input, Modal } from 'antd'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMoney } from '../api/money'
import { ApiError } from '../api/problem'
import type { Money } from '../api/types'

/** Runs a write and tells how it went: the server's own sentence when it refused. */
export function useAct() {
  const { message, notification } = App.useApp()
  const { t } = useTranslation()
  return async (work: () => Promise<unknown>, done?: string): Promise<boolean> => {
    try {
      await work()
      if (done) void message.success(done)
      return true
    } catch (e) {
      const problem = e instanceof ApiError ? e : null
      notification.error({
        title: problem?.unreachable ? t('failure.unreachable') : (e as Error).message,
        description: problem?.unreachable ? t('failure.unreachable_help') : problem?.requestId ? t('failure.request', { id: problem.requestId }) : undefined,
      })
      return false
    }
  }
}

interface Dialog {
  title: string
  amount?: Money | null
  /** What happens then, in one sentence. */
  consequence: ReactNode
  /** Asks for a text, such as a reason or a voucher number. */
  ask?: { label: string; required?: boolean; placeholder?: string; max?: number }
  confirm: string
  danger?: boolean
  /** The amount is what is touched, not what is moved: it stands above, not on the button. */
  aside?: boolean
  onConfirm: (text: string) => Promise<unknown>
  onClose: () => void
  done?: string
}

export function ConfirmAmount({ title, amount, consequence, ask, confirm, danger, aside, onConfirm, onClose, done }: Dialog) {
  const { t } = useTranslation()
  const act = useAct()
  const [busy, setBusy] = useState(false)
  const [form] = Form.useForm<{ text: string }>()
  const go = async () => {
    const { text } = ask ? await form.validateFields() : { text: '' }
    setBusy(true)
    const well = await act(() => onConfirm(text?.trim() ?? ''), done)
    setBusy(false)
    if (well) onClose()
  }
  return (
    <Modal
      open
      title={title}
      onCancel={onClose}
      onOk={() => void go().catch(() => undefined)}
      okText={amount && !aside ? `${confirm} ${formatMoney(amount)}` : confirm}
      cancelText={t('common.cancel')}
      confirmLoading={busy}
      okButtonProps={{ danger }}
      width={480}
      destroyOnHidden
    >
      {amount && <p className="num" style={{ fontSize: 30, fontWeight: 600, margin: '8px 0' }}>{formatMoney(amount)}</p>}
      <p style={{ color: '#56625d' }}>{consequence}</p>
      {ask && (
        <Form form={form} layout="vertical" requiredMark={false}>
          <Form.Item name="text" label={ask.label} rules={ask.required ? [{ required: true, whitespace: true, message: t('input.required') }] : []}>
            <Input.TextArea autoSize={{ minRows: 2, maxRows: 5 }} maxLength={ask.max ?? 200} showCount placeholder={ask.placeholder} />
          </Form.Item>
        </Form>
      )}
    </Modal>
  )
}
