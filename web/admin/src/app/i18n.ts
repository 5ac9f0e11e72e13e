import i18n from 'i18next'
import { initReactI18next } from 'react-i18next'
import en from '../locales/en.json'
import zh from '../locales/zh-CN.json'

export const languages = [
  { key: 'zh-CN', label: '简体中文' },
  { key: 'en', label: 'English' },
] as const

const place = 'fenli.language'

function remembered(): string {
  try {
    return localStorage.getItem(place) ?? 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

void i18n.use(initReactI18next).init({
  lng: remembered(),
  fallbackLng: 'zh-CN',
  resources: { 'zh-CN': { translation: zh }, en: { translation: en } },
  interpolation: { escapeValue: false },
  returnNull: false,
})

i18n.on('languageChanged', (language) => {
  document.documentElement.lang = language
  try {
    localStorage.setItem(place, language)
  } catch {
    // Not remembered then.
  }
})
if (typeof document !== 'undefined') document.documentElement.lang = i18n.language

export default i18n
