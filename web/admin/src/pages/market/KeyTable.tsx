import { Button, Table } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { SigningKey } from '../../api/marketplace'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { Hash } from './parts'

export function KeyTable({ keys, empty, onRevoke }: { keys: SigningKey[]; empty: ReactNode; onRevoke?: (key: SigningKey) => void }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <Table size="small" rowKey="id" pagination={false} dataSource={keys} locale={{ emptyText: empty }} scroll={{ x: 'max-content' }} columns={[
      { title: t('market.key'), render: (_, k) => <code>{k.id}</code> },
      { title: t('market.public_key'), render: (_, k) => <Hash of={k.public} /> },
      { title: t('market.state'), render: (_, k) => <StatusTag noun="signing_key" state={k.state} /> },
      { title: t('market.key_since'), render: (_, k) => <span className="num">{time.minute(k.created_at)}</span> },
      { title: t('market.key_revoked_at'), render: (_, k) => <span className="num">{time.minute(k.revoked_at)}</span> },
      ...(onRevoke ? [{ title: t('common.actions'), render: (_: unknown, k: SigningKey) => k.state === 'active' && <Button size="small" danger onClick={() => onRevoke(k)}>{t('market.revoke_key')}</Button> }] : []),
    ]} />
  )
}
