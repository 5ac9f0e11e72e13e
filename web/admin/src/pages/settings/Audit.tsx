import type { ProColumns } from '@ant-design/pro-components'
import { Typography } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditEntry } from '../../api/types'
import { Actor, useActorText } from '../../parts/Actor'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { PageShell } from '../../parts/PageShell'
import { useTime } from '../../parts/time'

export default function Audit() {
  const { t } = useTranslation()
  const time = useTime()
  const actor = useActorText()
  const columns = useMemo<ProColumns<AuditEntry>[]>(() => [
    { title: t('audit.at'), render: (_, e) => <span className="num">{time.full(e.at)}</span> },
    { title: t('audit.actor'), render: (_, e) => <Actor id={e.actor} name={e.actor_name} /> },
    { title: t('audit.action'), render: (_, e) => <><div>{t(`action.${e.action}`, e.action)}</div><code style={{ color: '#56625d', fontSize: 12 }}>{e.action}</code></> },
    { title: t('audit.subject'), render: (_, e) => <Typography.Text copyable={e.subject ? { text: e.subject } : false}>{e.subject || '—'}</Typography.Text> },
    { title: t('audit.detail'), width: 360, render: (_, e) => { const text = JSON.stringify(e.detail ?? {}); return text === '{}' ? '—' : <code style={{ whiteSpace: 'pre-wrap', wordBreak: 'break-word' }}>{text}</code> } },
  ], [t, time])
  return (
    <PageShell title={t('menu.audit')} help={t('audit.help')}>
      <CursorTable route="GET /audit" name="audit" rowKey="id" columns={columns} empty={<EmptyState title={t('audit.empty')} next={t('audit.empty_next')} />}
        csv={[{ title: t('audit.at'), text: (e) => time.full(e.at) }, { title: t('audit.actor'), text: (e) => actor(e.actor, e.actor_name) }, { title: t('audit.action'), text: (e) => e.action }, { title: t('audit.subject'), text: (e) => e.subject }, { title: t('audit.detail'), text: (e) => JSON.stringify(e.detail) }]} />
    </PageShell>
  )
}
