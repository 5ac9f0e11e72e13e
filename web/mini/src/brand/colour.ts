/** Colours of a theme, in whole numbers 0–255, so that old web views need no color-mix(). */
type RGB = [number, number, number]

export function rgbOf(hex: string): RGB | null {
  const short = /^#?([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(hex.trim())
  const text = short ? short.slice(1).map((c) => c + c).join('') : hex.trim().replace('#', '')
  if (!/^[0-9a-f]{6}$/i.test(text)) return null
  return [0, 2, 4].map((at) => parseInt(text.slice(at, at + 2), 16)) as RGB
}

export function hexOf(rgb: RGB): string {
  return '#' + rgb.map((part) => part.toString(16).padStart(2, '0')).join('')
}

/** share per cent of `over`, the rest of `under`. */
export function mixed(over: RGB, under: RGB, share: number): RGB {
  return over.map((part, at) => Math.round((part * share + under[at] * (100 - share)) / 100)) as RGB
}

function luminance(rgb: RGB): number {
  const [r, g, b] = rgb.map((part) => {
    const c = part / 255
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** WCAG contrast, 1–21. */
export function contrast(a: RGB, b: RGB): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

const white: RGB = [255, 255, 255]
const ink: RGB = [23, 26, 31]

/** Text on a coloured ground: white where it reads, dark where it does not (a yellow shop). */
export function inkOn(ground: RGB): RGB {
  return contrast(ground, white) >= 3 ? white : ink
}

/** The brand colour as text on white: darkened until it reads. */
export function asText(colour: RGB): RGB {
  let text = colour
  for (let step = 0; step < 20 && contrast(text, white) < 4.5; step++) text = mixed(text, [0, 0, 0], 90)
  return text
}

/** CSS variables of a theme; an unreadable colour setting falls back to the house green. */
export function themeOf(primary: string, accent: string): Record<string, string> {
  const brand = rgbOf(primary) ?? [15, 118, 80]
  const second = rgbOf(accent) ?? [217, 72, 28]
  return {
    '--brand': hexOf(brand),
    '--brand-deep': hexOf(mixed(brand, [0, 0, 0], 80)),
    '--brand-text': hexOf(asText(brand)),
    '--brand-soft': hexOf(mixed(brand, white, 9)),
    '--brand-line': hexOf(mixed(brand, white, 28)),
    '--on-brand': hexOf(inkOn(brand)),
    '--accent': hexOf(asText(second)),
    '--accent-soft': hexOf(mixed(second, white, 10)),
  }
}
