// When something breaks: say what, and offer the way on.
import { Button, Result, Typography } from 'antd'
import { Component, type ErrorInfo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../api/problem'

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation()
  const problem = error instanceof ApiError ? error : null
  const title = problem?.unreachable ? t('failure.unreachable') : problem?.status === 404 ? t('failure.missing') : problem?.status === 403 ? t('failure.forbidden') : t('failure.title')
  const sentence = problem ? (problem.unreachable ? t('failure.unreachable_help') : problem.message) : t('failure.help')
  return (
    <Result
      status={problem?.status === 404 ? '404' : problem?.status === 403 ? '403' : 'error'}
      title={title}
      subTitle={sentence}
      extra={retry && <Button type="primary" onClick={retry}>{t('common.retry')}</Button>}
    >
      {problem?.requestId && <Typography.Text type="secondary" copyable={{ text: problem.requestId }}>{t('failure.request', { id: problem.requestId })}</Typography.Text>}
    </Result>
  )
}

interface Props {
  children: ReactNode
  /** A new value forgets the error: another page was opened. */
  on: string
}
interface State {
  error: unknown
  on: string
}

/** Keeps a broken page from taking the console with it. */
export class Boundary extends Component<Props, State> {
  override state: State = { error: null, on: this.props.on }

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error }
  }
  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.on === state.on ? null : { error: null, on: props.on }
  }
  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack)
  }
  override render(): ReactNode {
    if (this.state.error === null) return this.props.children
    return <Failure error={this.state.error} retry={() => this.retry()} />
  }

  /** A page whose code could not be fetched comes back only by loading anew: a release has replaced it. */
  private retry(): void {
    const text = String(this.state.error)
    if (/dynamically imported module|Importing a module script/.test(text)) window.location.reload()
    else this.setState({ error: null })
  }
}
