import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App as Messages, ConfigProvider } from 'antd'
import en from 'antd/locale/en_US'
import zh from 'antd/locale/zh_CN'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { RouterProvider } from 'react-router'
import { ApiError } from '../api/problem'
import { createRouter } from './router'
import { theme } from './theme'

/** What the server refused stays refused; what it could not do may work the next time. */
function worthAnotherTry(failures: number, error: unknown): boolean {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500
  return !refused && failures < 2
}

export function App() {
  const { i18n } = useTranslation()
  const [client] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: worthAnotherTry, staleTime: 5_000 }, mutations: { retry: false } } }))
  const [router] = useState(createRouter)
  return (
    <ConfigProvider theme={theme} locale={i18n.language === 'en' ? en : zh} button={{ autoInsertSpace: false }}>
      <Messages>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Messages>
    </ConfigProvider>
  )
}
