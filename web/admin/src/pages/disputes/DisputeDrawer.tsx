// One dispute: what was said, what the decision says for itself, and the answer.
import { Alert, Button, Card, Drawer, Form, Input, Radio, Skeleton, Space, Timeline } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useWrite } from '../../api/hooks'
import type { DisputeDetail } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { Why } from '../../parts/Why'

const faint = { color: '#56625d' }

export function DisputeDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const found = useRead('GET /disputes/{id}', { path: { id } })
  return (
    <Drawer open onClose={onClose} size={760} title={found.data ? t('dispute.title', { name: found.data.distributor.name }) : t('menu.disputes')} extra={found.data && <Space><StatusTag noun="dispute" state={found.data.state} />{found.data.outcome && <StatusTag noun="outcome" state={found.data.outcome} />}</Space>}>
      {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : !found.data ? <Skeleton active paragraph={{ rows: 8 }} /> : (
        <div className="stack">
          <History of={found.data} />
          {found.data.outcome === 'upheld' && <Alert type="info" showIcon title={t('dispute.upheld_next')} />}
          {found.data.state !== 'closed' && <Can permission="dispute.answer"><AnswerForm of={found.data} /></Can>}
          {found.data.order_id ? (
            <Card size="small" title={t('dispute.explanation')} extra={<Link to={`/orders?open=${found.data.order_id}`}>{t('award.see_order')}</Link>}>
              <div className="stack"><ReplayResult id={id} /><Why order={found.data.order_id} /></div>
            </Card>
          ) : <Alert type="info" showIcon title={t('dispute.claimed_help', { number: found.data.claimed })} action={<Link to={`/orders?q=${encodeURIComponent(found.data.claimed)}`}>{t('dispute.look')}</Link>} />}
        </div>
      )}
    </Drawer>
  )
}

function History({ of }: { of: DisputeDetail }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <Timeline aria-label={t('dispute.history')} items={of.history.map((e) => ({
      key: e.nth, color: e.side === 'merchant' ? 'green' : 'blue',
      content: (
        <>
          <div style={faint}>{e.side === 'merchant' ? t('dispute.merchant') : of.distributor.name} · {t(`dispute.verb_${e.verb}`)} · <span className="num">{time.minute(e.at)}</span></div>
          {e.text && <div style={{ whiteSpace: 'pre-wrap' }}>{e.text}</div>}
        </>
      ),
    }))} />
  )
}

function AnswerForm({ of }: { of: DisputeDetail }) {
  const { t } = useTranslation()
  const act = useAct()
  const answer = useWrite('POST /disputes/{id}/answer')
  const close = useWrite('POST /disputes/{id}/close')
  const [form] = Form.useForm<{ outcome: string; text: string }>()
  const path = { id: of.id }
  const send = async () => {
    const body = await form.validateFields()
    if (await act(() => answer.mutateAsync({ path, body: { ...body, text: body.text.trim() } }), t('dispute.answered'))) form.resetFields()
  }
  return (
    <Card size="small" title={of.state === 'answered' ? t('dispute.answer_again') : t('dispute.answer')}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ outcome: 'rejected', text: '' }}>
        <Form.Item name="outcome" label={t('dispute.outcome')} extra={t('dispute.outcome_help')}><Radio.Group options={['upheld', 'rejected'].map((o) => ({ value: o, label: t(`dispute.do_${o}`) }))} /></Form.Item>
        <Form.Item name="text" label={t('dispute.words')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} maxLength={2000} showCount /></Form.Item>
        <Space>
          <Button type="primary" loading={answer.isPending} onClick={() => void send().catch(() => undefined)}>{t('dispute.send')}</Button>
          <Button loading={close.isPending} onClick={() => void act(() => close.mutateAsync({ path, body: {} }), t('common.done'))}>{t('dispute.do_close')}</Button>
        </Space>
      </Form>
    </Card>
  )
}

/** Asked of the very strategy once more; shown only where it can be. */
function ReplayResult({ id }: { id: string }) {
  const { t } = useTranslation()
  const found = useRead('GET /disputes/{id}/replay', { path: { id } }, { staleTime: 600_000 })
  if (found.error) return <Alert type="warning" showIcon title={found.error.message} />
  if (!found.data?.available) return null
  return found.data.equal ? <Alert type="success" showIcon title={t('dispute.replay_equal')} /> : <Alert type="error" showIcon title={t('dispute.replay_differs')} description={found.data.differs.join(', ')} />
}
