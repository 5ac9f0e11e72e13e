import { Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import type { CSSProperties, ReactNode } from 'react'
import { type Noun, type Tone, toneOf, tones } from './status'

/** A state in its colour; a reason, when there is one, on hover and focus. */
export function StatusTag({ noun, state, reason }: { noun: Noun; state: string; reason?: string }) {
  const { t } = useTranslation()
  const pill = <span className="pill" style={tones[toneOf(noun, state)]} tabIndex={reason ? 0 : undefined}>{t(`status.${noun}.${state}`, state)}</span>
  return reason ? <Tooltip title={reason}>{pill}</Tooltip> : pill
}

/** A word in a tone that can be read; the library's coloured tags are too pale for that. */
export function Pill({ tone, style, title, children }: { tone: Tone; style?: CSSProperties; title?: string; children: ReactNode }) {
  return <span className="pill" style={{ ...tones[tone], ...style }} title={title}>{children}</span>
}
