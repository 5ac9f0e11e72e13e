import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { LanguageMenu } from '../../app/Shell'

/** The frame around sign-in and sign-up. */
export function DoorFrame({ title, help, children }: { title: string; help: string; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <div className="door">
      <aside>
        <img src="/admin/fenli.svg" width={48} height={48} alt="Fenli" />
        <h2>{t('door.promise')}</h2>
        <ul style={{ paddingLeft: 18, margin: 0, fontSize: 15 }}>
          <li>{t('door.point_open')}</li>
          <li>{t('door.point_why')}</li>
          <li>{t('door.point_money')}</li>
        </ul>
      </aside>
      <main>
        <div className="language"><LanguageMenu /></div>
        <div className="door-form">
          <h1 style={{ fontSize: 26, margin: '0 0 4px' }}>{title}</h1>
          <p style={{ color: '#56625d', margin: '0 0 24px' }}>{help}</p>
          {children}
        </div>
      </main>
    </div>
  )
}
