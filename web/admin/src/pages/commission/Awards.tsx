import type { ProColumns } from '@ant-design/pro-components'
import { Button, Select } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { plainMoney } from '../../api/money'
import type { AwardRow } from '../../api/types'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { PersonPicker } from '../distributors/dialogs'
import { shortId } from '../distributors/DistributorDrawer'
import { AwardWhy } from './AwardWhy'

export default function Awards() {
  const { t } = useTranslation()
  const time = useTime()
  const [filters, change] = useFilters('status', 'payee_id')
  const [why, setWhy] = useState<string>()
  const filtered = Boolean(filters.status || filters.payee_id)
  const columns = useMemo<ProColumns<AwardRow>[]>(() => [
    { title: t('award.payee'), render: (_, a) => <Link to={`/distributors/list?open=${a.payee.id}`}>{a.payee.name}</Link> },
    { title: t('award.order'), render: (_, a) => <Link to={`/orders?open=${a.order_id}`}>{a.order_external_id || shortId(a.order_id)}</Link> },
    { title: t('award.level'), render: (_, a) => (a.level > 0 ? t('why.level', { n: a.level }) : t('why.role')) },
    { title: t('award.granted'), align: 'right', render: (_, a) => <Money of={a.granted} /> },
    { title: t('award.standing'), align: 'right', render: (_, a) => <Money of={a.standing} strong /> },
    { title: t('award.status'), render: (_, a) => <StatusTag noun="award" state={a.status} /> },
    { title: t('award.matures_at'), render: (_, a) => <span className="num">{a.available_at ? time.minute(a.available_at) : t('award.after_receipt')}</span> },
    { title: t('award.reason'), width: 240, ellipsis: true, render: (_, a) => <span title={a.why}>{a.why}</span> },
    { title: t('award.why'), fixed: 'right', render: (_, a) => <Button type="link" size="small" onClick={() => setWhy(a.order_id)}>{t('award.why')}</Button> },
  ], [t, time])
  return (
    <PageShell title={t('menu.awards')} help={t('award.help')}>
      <div className="filters">
        <PersonPicker width={240} value={filters.payee_id} onChange={(id) => change({ payee_id: id })} placeholder={t('award.any_payee')} />
        <Select allowClear aria-label={t('award.status')} placeholder={t('award.any_status')} value={filters.status} onChange={(status: string | undefined) => change({ status })} style={{ width: 160 }} options={['held', 'settled', 'on_hold'].map((s) => ({ value: s, label: t(`status.award.${s}`) }))} />
      </div>
      <CursorTable route="GET /awards" name="awards" rowKey={(a) => `${a.order_id}/${a.payee.id}`} input={{ query: filters }} columns={columns} onOpen={(a) => setWhy(a.order_id)}
        empty={filtered ? <EmptyState title={t('list.no_match')} next={t('list.no_match_next')} /> : <EmptyState title={t('award.empty')} next={t('award.empty_next')} action={<Link to="/program/edit">{t('menu.program_edit')}</Link>} />}
        csv={[
          { title: t('award.payee'), text: (a) => a.payee.name }, { title: t('award.order'), text: (a) => a.order_external_id || a.order_id }, { title: t('award.level'), text: (a) => a.level },
          { title: t('award.granted'), text: (a) => plainMoney(a.granted) }, { title: t('award.standing'), text: (a) => plainMoney(a.standing) }, { title: t('award.status'), text: (a) => t(`status.award.${a.status}`, a.status) }, { title: t('award.matures_at'), text: (a) => time.full(a.available_at) },
        ]} />
      {why && <AwardWhy order={why} onClose={() => setWhy(undefined)} />}
    </PageShell>
  )
}
