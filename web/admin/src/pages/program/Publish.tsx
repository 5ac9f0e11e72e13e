import { Alert, Checkbox, DatePicker, Form, Input, Modal, Radio } from 'antd'
import type { Dayjs } from 'dayjs'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import { formatMoney } from '../../api/money'
import { ApiError } from '../../api/problem'
import type { Json, ProgramDraft, Revision, Strategy } from '../../api/types'
import { useCan, useStore } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { ofWall, toWall } from '../../schema/wall'
import { diff } from './diff'
import { DiffTable } from './DiffTable'
import { difference, directionOf, sent, size } from './draft'
import { Effect, useMoneyDiff, Worst } from './Effect'
import { atDraft } from './PreviewCard'
import { settingsSchema } from './settings'

interface Wanted {
  note: string
  agreed?: boolean
  seen?: boolean
  when: 'now' | 'later'
  at?: Dayjs
}

/**
 * Publishing shows what changes and what that costs on the store's own orders,
 * and says that what was ordered before stays as it was. `again` is an older
 * revision that is put in force once more, at its exact version.
 */
export function Publish({ draft, current, strategy, again, onClose, onRefused }: { draft: ProgramDraft; current: Revision; strategy?: Strategy; again?: Revision; onClose: () => void; onRefused?: (faults: Record<string, string>) => void }) {
  const { t, i18n } = useTranslation()
  const act = useAct()
  const can = useCan()
  const { time_zone, clock } = useStore()
  const publish = useWrite('POST /program/revisions')
  const [form] = Form.useForm<Wanted>()
  const agreed = Form.useWatch('agreed', form)
  const when = Form.useWatch('when', form)
  const fresh = (strategy?.facts ?? []).filter((f) => f.new)
  const body = { ...sent(draft, current, Boolean(strategy?.withdrawn) && !again), ...(again ? { strategy: again.artifact } : {}), consent: fresh.map((f) => f.name) }
  const may = can('program.preview')
  const ready = may && (fresh.length === 0 || agreed === true)
  const effect = useMoneyDiff(body, ready)
  const seen = ready && !effect.isPlaceholderData ? effect.data : undefined
  const direction = seen && seen.orders > 0 ? directionOf(seen) : undefined
  const moves = direction !== undefined && direction !== 'none'
  const other = draft.strategy !== current.strategy
  const settings = diff(current.settings as unknown as Json, draft.settings as unknown as Json)
  const config = other ? [] : diff(current.config, draft.config)
  const go = async () => {
    const wanted = await form.validateFields()
    const later = wanted.when === 'later' && wanted.at
    const well = await act(async () => {
      try {
        await publish.mutateAsync({ body: { ...body, note: wanted.note.trim(), effective_from: later ? ofWall(wanted.at!, time_zone) : undefined, acknowledge_diff: moves ? seen!.acknowledge : undefined } })
      } catch (e) {
        if (e instanceof ApiError && e.code.startsWith('program.diff_')) {
          form.setFieldValue('seen', false)
          void effect.refetch()
        } else if (e instanceof ApiError && Object.keys(e.fields).length > 0) onRefused?.(atDraft(e.fields))
        throw e
      }
    }, later ? t('program.scheduled') : t('program.published_now'))
    if (well) onClose()
  }
  const must = (text: string) => ({ validator: (_: unknown, ticked: boolean) => (ticked ? Promise.resolve() : Promise.reject(new Error(text))) })
  return (
    <Modal open width={820} title={again ? t('revision.use_again_title', { n: again.revision }) : t('program.publish_title')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={when === 'later' ? t('program.schedule') : t('program.publish')} cancelText={t('common.cancel')} confirmLoading={publish.isPending} okButtonProps={{ disabled: ready && effect.isFetching }}>
      <Alert type="info" showIcon title={t('program.not_retroactive')} style={{ marginBottom: 16 }} />
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ when: 'now', note: again ? t('revision.again_note', { n: again.revision }) : undefined }}>
        <div className="stack">
          {(other || config.length > 0 || settings.length > 0) && (
            <section>
              {other && <p><strong>{t('program.strategy')}</strong>: <del>{t(`strategy.${current.strategy}`, current.strategy)}</del> → <ins style={{ textDecoration: 'none', fontWeight: 600 }}>{t(`strategy.${draft.strategy}`, draft.strategy)}</ins></p>}
              {config.length > 0 && <><h3 style={{ fontSize: 14 }}>{t('program.config')}</h3><DiffTable changes={config} schema={strategy?.config_schema} /></>}
              {settings.length > 0 && <><h3 style={{ fontSize: 14 }}>{t('program.rules')}</h3><DiffTable changes={settings} schema={settingsSchema} /></>}
            </section>
          )}
          {fresh.length > 0 && (
            <section>
              <h3 style={{ fontSize: 14 }}>{t('program.new_facts')}</h3>
              <ul style={{ margin: '0 0 8px', paddingLeft: 18 }}>{fresh.map((f) => <li key={f.name}><code>{f.name}</code> · {i18n.language === 'en' ? f.purpose.en : f.purpose.zh}</li>)}</ul>
              <Form.Item name="agreed" valuePropName="checked" rules={[must(t('program.consent_missing'))]} style={{ margin: 0 }}><Checkbox>{t('program.consent')}</Checkbox></Form.Item>
            </section>
          )}
          {may && <Effect query={effect} waits={ready ? undefined : t('effect.agree_first')} />}
          {may && <Worst draft={body} enabled={ready} />}
          {moves && (
            <Form.Item name="seen" valuePropName="checked" rules={[must(t('effect.acknowledge_missing'))]} style={{ margin: 0 }}>
              <Checkbox><strong>{t(`effect.acknowledge_${direction}`, { count: seen!.compared, amount: formatMoney(size(difference(seen!))) })}</strong></Checkbox>
            </Form.Item>
          )}
          <div>
            <Form.Item name="when" label={t('program.when')} style={{ marginBottom: 8 }}><Radio.Group options={[{ value: 'now', label: t('program.at_once') }, { value: 'later', label: t('program.later') }]} /></Form.Item>
            {when === 'later' && (
              <Form.Item name="at" label={t('program.starts_at', { zone: time_zone })} rules={[{ required: true, message: t('input.required') }]}>
                <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" disabledDate={(d) => d.endOf('day').isBefore(toWall(clock?.now, time_zone) ?? undefined)} />
              </Form.Item>
            )}
            <Form.Item name="note" label={t('program.note')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={200} placeholder={t('program.note_example')} /></Form.Item>
          </div>
        </div>
      </Form>
    </Modal>
  )
}
