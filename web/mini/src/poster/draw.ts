/** What a poster looks like, on any 2d context: 750 × 1180. */
import { partsOf, symbolOf, type Money } from '@/money/money'

export const width = 750
export const height = 1180

export interface Poster {
  title: string
  price: Money | null
  shop: string
  slogan: string
  by: string
  scan: string
  qr: boolean[][]
  brand: string
  onBrand: string
  accent: string
  soft: string
}

/** The picture's own size, to crop it square. */
export interface Photo {
  image: CanvasImageSource
  width: number
  height: number
}

const face = '"PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'

/** Breaks text into at most `most` lines that fit; the last ends in "…" when something was left out. */
export function fitted(text: string, room: number, most: number, measure: (text: string) => number): string[] {
  const lines: string[] = []
  let line = ''
  for (const letter of Array.from(text.replace(/\s+/g, ' ').trim())) {
    if (line && measure(line + letter) > room) {
      if (lines.length === most - 1) {
        while (line && measure(line + '…') > room) line = Array.from(line).slice(0, -1).join('')
        return [...lines, line + '…']
      }
      lines.push(line)
      line = letter.trim()
    } else line += letter
  }
  return line ? [...lines, line] : lines
}

export function draw(pen: CanvasRenderingContext2D, poster: Poster, photo: Photo | null): void {
  pen.textBaseline = 'alphabetic'
  pen.textAlign = 'left'
  pen.fillStyle = '#ffffff'
  pen.fillRect(0, 0, width, height)

  pen.fillStyle = poster.brand
  pen.fillRect(0, 0, width, 120)
  pen.fillStyle = poster.onBrand
  pen.font = `700 40px ${face}`
  pen.fillText(fitted(poster.shop, 660, 1, (text) => pen.measureText(text).width)[0] ?? '', 44, poster.slogan ? 60 : 76)
  if (poster.slogan) {
    pen.font = `400 24px ${face}`
    pen.fillText(fitted(poster.slogan, 660, 1, (text) => pen.measureText(text).width)[0] ?? '', 44, 98)
  }

  const side = 662
  pen.fillStyle = poster.soft
  pen.fillRect(44, 160, side, side - 60)
  if (photo && photo.width > 0 && photo.height > 0) {
    const shape = side / (side - 60)
    const wide = Math.min(photo.width, photo.height * shape)
    const tall = wide / shape
    pen.drawImage(photo.image, (photo.width - wide) / 2, (photo.height - tall) / 2, wide, tall, 44, 160, side, side - 60)
  } else {
    pen.fillStyle = poster.brand
    pen.textAlign = 'center'
    pen.font = `700 180px ${face}`
    pen.fillText(Array.from(poster.title)[0] ?? '', width / 2, 525)
    pen.textAlign = 'left'
  }

  pen.fillStyle = '#171a1f'
  pen.font = `600 36px ${face}`
  const lines = fitted(poster.title, 420, 2, (text) => pen.measureText(text).width)
  lines.forEach((line, at) => pen.fillText(line, 44, 832 + at * 50))

  if (poster.price) {
    const { whole, fraction } = partsOf(poster.price)
    pen.fillStyle = poster.accent
    const base = 832 + lines.length * 50 + 36
    pen.font = `700 34px ${face}`
    const symbol = symbolOf(poster.price.currency)
    pen.fillText(symbol, 44, base)
    let x = 44 + pen.measureText(symbol).width + 4
    pen.font = `700 62px ${face}`
    pen.fillText(whole, x, base)
    x += pen.measureText(whole).width
    if (fraction) {
      pen.font = `700 34px ${face}`
      pen.fillText('.' + fraction, x, base)
    }
  }
  pen.fillStyle = '#626a76'
  pen.font = `400 26px ${face}`
  pen.fillText(fitted(poster.by, 420, 1, (text) => pen.measureText(text).width)[0] ?? '', 44, 1120)

  drawCode(pen, poster.qr, 500, 806, 206)
  pen.textAlign = 'center'
  pen.fillStyle = '#626a76'
  pen.font = `400 24px ${face}`
  pen.fillText(poster.scan, 603, 1056)
}

/** Modules on whole pixels, centred in `room`: a blurred edge costs scans. */
function drawCode(pen: CanvasRenderingContext2D, modules: boolean[][], x: number, y: number, room: number): void {
  const cell = Math.max(1, Math.floor(room / modules.length))
  const inset = Math.floor((room - cell * modules.length) / 2)
  pen.fillStyle = '#ffffff'
  pen.fillRect(x - 12, y - 12, room + 24, room + 24)
  pen.fillStyle = '#000000'
  modules.forEach((row, r) => row.forEach((dark, c) => dark && pen.fillRect(x + inset + c * cell, y + inset + r * cell, cell, cell)))
}
