/** QR codes, drawn on the phone: no address of anybody's leaves it. */
import qrcode from 'qrcode-generator'

function codeOf(text: string) {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  return code
}

/** As a picture for an <image>, four pixels a module with the quiet zone scanners need. */
export function qrImage(text: string): string {
  return codeOf(text).createDataURL(6, 24)
}

/** As rows of dark and light, to draw on a poster. */
export function qrModules(text: string): boolean[][] {
  const code = codeOf(text)
  const n = code.getModuleCount()
  return Array.from({ length: n }, (_, row) => Array.from({ length: n }, (_, column) => code.isDark(row, column)))
}
