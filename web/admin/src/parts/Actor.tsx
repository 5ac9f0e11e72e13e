import { Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'

const faint = { color: '#56625d' }

/** What to call whoever did something: by name, else by what they are; never by a code alone. */
export function useActorText(): (id: string | undefined | null, name: string | undefined | null) => string {
  const { t } = useTranslation()
  return (id, name) => {
    if (!id) return '—'
    const kind = id.split(':')[0]!
    if (kind === 'key') return name ? t('actor.key', { name }) : t('actor.some_key')
    return name || t(`actor.${kind}`, { defaultValue: id })
  }
}

/** Who did something; the code stands behind the name for whoever has to find it in a log. */
export function Actor({ id, name }: { id: string | undefined | null; name: string | undefined | null }) {
  const text = useActorText()(id, name)
  if (!id || id === text) return <span>{text}</span>
  return <Tooltip title={id}><span tabIndex={0} style={name ? undefined : faint}>{text}</span></Tooltip>
}
