import { createSSRApp } from 'vue'
import App from './App.vue'
import { words } from './words'

export function createApp() {
  const app = createSSRApp(App)
  app.use(words)
  return { app }
}
