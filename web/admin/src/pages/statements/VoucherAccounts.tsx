// The merchant's own account codes, for the vouchers that leave for a finance system.
import { Form, Input, Modal, Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import type { VoucherAccount } from '../../api/types'
import { useAct } from '../../parts/Confirm'

export function VoucherAccounts({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const found = useRead('GET /voucher-accounts')
  const change = useWrite('PUT /voucher-accounts')
  const [form] = Form.useForm<{ accounts: VoucherAccount[] }>()
  const save = async () => {
    const { accounts } = await form.validateFields()
    const list = (found.data?.accounts ?? []).map((a, i) => ({ account: a.account, code: accounts[i]!.code, name: accounts[i]!.name }))
    if (await act(() => change.mutateAsync({ body: { accounts: list } }), t('common.done'))) onClose()
  }
  return (
    <Modal open title={t('statement.codes')} width={640} onCancel={onClose} onOk={() => void save().catch(() => undefined)} okText={t('common.save')} cancelText={t('common.cancel')} confirmLoading={change.isPending} okButtonProps={{ disabled: !found.data }}>
      <p style={{ color: '#56625d' }}>{t('statement.codes_help')}</p>
      {!found.data ? <Skeleton active /> : (
        <Form form={form} requiredMark={false} initialValues={{ accounts: found.data.accounts }}>
          {found.data.accounts.map((a, i) => (
            <div key={a.account} style={{ display: 'grid', gridTemplateColumns: '110px 130px 1fr', gap: 8, alignItems: 'start' }}>
              <span style={{ lineHeight: '32px' }}>{a.word}</span>
              <Form.Item name={['accounts', i, 'code']} rules={[{ required: true, whitespace: true, message: t('input.required') }]} style={{ marginBottom: 8 }}><Input maxLength={40} aria-label={`${a.word} ${t('statement.code')}`} /></Form.Item>
              <Form.Item name={['accounts', i, 'name']} rules={[{ required: true, whitespace: true, message: t('input.required') }]} style={{ marginBottom: 8 }}><Input maxLength={80} aria-label={`${a.word} ${t('statement.name')}`} /></Form.Item>
            </div>
          ))}
        </Form>
      )}
    </Modal>
  )
}
