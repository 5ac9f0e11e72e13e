/** Files of the server's: saved by a browser, opened by the mini-program. */
import { home } from './home'
import { language, t } from '@/words'
import { token } from '@/session/token'

function headers(): Record<string, string> {
  const all: Record<string, string> = { 'Accept-Language': language() }
  if (home.slug) all['X-Store'] = home.slug
  if (token()) all.Authorization = 'Bearer ' + token()
  return all
}

/** Rejects with the server's own sentence when it refuses. */
export async function file(path: string, name: string): Promise<void> {
  const url = home.address + '/api/store/v1' + path
  // #ifdef H5
  const answer = await fetch(url, { headers: headers() })
  if (!answer.ok) {
    const said = (await answer.json().catch(() => ({}))) as { detail?: string }
    throw new Error(said.detail || t('fault.broken'))
  }
  const address = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1000)
  // #endif
  // #ifndef H5
  await new Promise<void>((resolve, reject) => {
    uni.downloadFile({
      url,
      header: headers(),
      success: (got) => {
        if (got.statusCode !== 200) return reject(new Error(t('fault.broken')))
        uni.openDocument({ filePath: got.tempFilePath, fileType: 'pdf', showMenu: true, success: () => resolve(), fail: (failure) => reject(new Error(failure.errMsg)) })
      },
      fail: (failure) => reject(new Error(failure.errMsg)),
    })
  })
  void name
  // #endif
}
