// Three ways to try the draft before everybody has it. The draft stays where it is.
import { DownOutlined } from '@ant-design/icons'
import { App, Button, Dropdown } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ProgramDraft } from '../../api/types'
import { useCan } from '../../app/permissions'
import { StartCanary } from './StartCanary'
import { StartTrial } from './StartTrial'

type Way = 'backtest' | 'shadow' | 'canary'

export function TryFirst({ draft, sound, dirty }: { draft: ProgramDraft; sound: boolean; dirty: boolean }) {
  const { t } = useTranslation()
  const can = useCan()
  const { notification } = App.useApp()
  const [way, setWay] = useState<Way>()
  const ways = (['backtest', 'shadow', 'canary'] as const).filter((w) => can(w === 'canary' ? 'canary.run' : 'trial.run'))
  if (ways.length === 0) return null
  const close = () => setWay(undefined)
  const begun = (place: string) => {
    close()
    // In a tab of its own: leaving this page would lose the draft.
    notification.success({ title: t('trial.begun'), description: <a href={`/admin${place}`} target="_blank" rel="noreferrer">{t('try.look')}</a>, duration: 10 })
  }
  const given = dirty ? draft : undefined
  return (
    <>
      <Dropdown disabled={!sound} trigger={['click']} menu={{ items: ways.map((w) => ({ key: w, label: <><div>{t(`try.${w}`)}</div><div style={{ color: '#56625d', fontSize: 13 }}>{t(`try.${w}_help`)}</div></> })), onClick: ({ key }) => setWay(key as Way) }}>
        <Button>{t('try.first')} <DownOutlined /></Button>
      </Dropdown>
      {(way === 'backtest' || way === 'shadow') && <StartTrial kind={way} draft={given} onClose={close} onStarted={(x) => begun(`/program/trials?kind=${x.kind}&open=${x.id}`)} />}
      {way === 'canary' && <StartCanary draft={given} onClose={close} onStarted={() => begun('/program/trying')} />}
    </>
  )
}
