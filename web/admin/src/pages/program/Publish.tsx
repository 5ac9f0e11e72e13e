import { Alert, Checkbox, Form, Input, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import { ApiError } from '../../api/problem'
import type { Json, ProgramDraft, Revision, Strategy } from '../../api/types'
import { useAct } from '../../parts/Confirm'
import { diff } from './diff'
import { DiffTable } from './DiffTable'
import { atDraft } from './PreviewCard'
import { settingsSchema } from './settings'

/** Publishing shows what changes, and says that what was ordered before stays as it was. */
export function Publish({ draft, current, strategy, onClose, onRefused }: { draft: ProgramDraft; current: Revision; strategy?: Strategy; onClose: () => void; onRefused: (faults: Record<string, string>) => void }) {
  const { t, i18n } = useTranslation()
  const act = useAct()
  const publish = useWrite('POST /program/revisions')
  const [form] = Form.useForm<{ note: string; agreed?: boolean }>()
  const fresh = (strategy?.facts ?? []).filter((f) => f.new)
  const other = draft.strategy !== current.strategy
  const settings = diff(current.settings as unknown as Json, draft.settings as unknown as Json)
  const config = other ? [] : diff(current.config, draft.config)
  const go = async () => {
    const { note } = await form.validateFields()
    const well = await act(async () => {
      try {
        await publish.mutateAsync({ body: { ...draft, note: note.trim(), consent: fresh.map((f) => f.name) } })
      } catch (e) {
        if (e instanceof ApiError && Object.keys(e.fields).length > 0) onRefused(atDraft(e.fields))
        throw e
      }
    }, t('program.published', { n: current.revision + 1 }))
    if (well) onClose()
  }
  return (
    <Modal open width={720} title={t('program.publish_title', { n: current.revision + 1 })} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={t('program.publish')} cancelText={t('common.cancel')} confirmLoading={publish.isPending}>
      <Alert type="info" showIcon title={t('program.not_retroactive')} style={{ marginBottom: 16 }} />
      {other && <p><strong>{t('program.strategy')}</strong>: <del>{current.strategy}</del> → <ins style={{ textDecoration: 'none', fontWeight: 600 }}>{draft.strategy}</ins></p>}
      {config.length > 0 && <><h3 style={{ fontSize: 14 }}>{t('program.config')}</h3><DiffTable changes={config} schema={strategy?.config_schema} /></>}
      {settings.length > 0 && <><h3 style={{ fontSize: 14 }}>{t('program.rules')}</h3><DiffTable changes={settings} schema={settingsSchema} /></>}
      <Form form={form} layout="vertical" requiredMark={false} style={{ marginTop: 16 }}>
        {fresh.length > 0 && (
          <>
            <h3 style={{ fontSize: 14 }}>{t('program.new_facts')}</h3>
            <ul style={{ margin: '0 0 8px', paddingLeft: 18 }}>{fresh.map((f) => <li key={f.name}><code>{f.name}</code> · {i18n.language === 'en' ? f.purpose.en : f.purpose.zh}</li>)}</ul>
            <Form.Item name="agreed" valuePropName="checked" rules={[{ validator: (_, agreed) => agreed ? Promise.resolve() : Promise.reject(new Error(t('program.consent_missing'))) }]}>
              <Checkbox>{t('program.consent')}</Checkbox>
            </Form.Item>
          </>
        )}
        <Form.Item name="note" label={t('program.note')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={200} placeholder={t('program.note_example')} /></Form.Item>
      </Form>
    </Modal>
  )
}
