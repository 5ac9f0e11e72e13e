// WCAG 2.1, as the server measures it when a colour is saved.

export const enough = 4.5

export function luminance(hex: string): number {
  const linear = (from: number) => {
    const s = Number.parseInt(hex.slice(from, from + 2), 16) / 255
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5)
}
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}
/** The text colour that can be read on a ground: white where it reaches, else black. */
export function textOn(ground: string): string {
  return contrast('#ffffff', ground) >= enough ? '#ffffff' : '#000000'
}
