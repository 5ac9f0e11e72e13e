import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** A list that grows, with the button for its next page. */
export function More({ query, children }: { query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }; children: ReactNode }) {
  const { t } = useTranslation()
  return <>{children}{query.hasNextPage && <Button block style={{ marginTop: 12 }} loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('list.more')}</Button>}</>
}
