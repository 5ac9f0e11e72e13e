/** Line icons on a 24 grid, drawn with strokes; small enough to ship as text instead of a remote font. */
export const icons: Record<string, string> = {
  home: '<path d="M4 10.5 12 4l8 6.5V19a1.5 1.5 0 0 1-1.5 1.5h-4V15h-5v5.5h-4A1.5 1.5 0 0 1 4 19z"/>',
  coins: '<circle cx="12" cy="12" r="8.5"/><path d="m8.8 7.5 3.2 4.2 3.2-4.2M12 11.7V17M9 12.2h6M9 14.8h6"/>',
  receipt: '<path d="M6 3.5h12v17l-3-2-3 2-3-2-3 2zM9 8.5h6M9 12h6"/>',
  person: '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.6-4 3.600-6 7.500-6s6.900 2 7.500 6"/>',
  search: '<circle cx="11" cy="11" r="6.500"/><path d="m16 16 4.500 4.500"/>',
  share: '<path d="M14 5.500 20 11l-6 5.500V13c-5 0-8 1.500-10 5 .4-5.500 3.500-9 10-9.500z"/>',
  qr: '<path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.500v2.500H14zM17.500 17.500H20V20h-2.500z"/>',
  image: '<rect x="4" y="4.500" width="16" height="15" rx="2"/><circle cx="9" cy="9.500" r="1.500"/><path d="m4.500 17 5-4.500 3.500 3 3-2.500 3.500 3"/>',
  team: '<circle cx="9" cy="9" r="3.200"/><path d="M3 19c.4-3.300 2.600-5 6-5s5.600 1.700 6 5M15.500 6.200a3 3 0 0 1 0 5.800M17 14.300c2.400.5 3.700 2.100 4 4.700"/>',
  heart: '<path d="M12 20C6 15.500 3.500 12.600 3.500 9.200A4.600 4.600 0 0 1 12 6.800a4.600 4.600 0 0 1 8.500 2.400c0 3.400-2.500 6.300-8.500 10.800z"/>',
  trophy: '<path d="M8 4h8v6a4 4 0 0 1-8 0zM8 5.500H4.500V7A3.500 3.500 0 0 0 8 10.500M16 5.500h3.500V7a3.500 3.500 0 0 1-3.500 3.500M12 14v3.500M8.500 20h7M10 17.500h4V20h-4z"/>',
  wallet: '<rect x="3.500" y="6" width="17" height="13" rx="2.500"/><path d="M3.500 10h17M15.500 14.500h2"/>',
  clock: '<circle cx="12" cy="12" r="8.500"/><path d="M12 7v5.200l3.500 2"/>',
  right: '<path d="m9 5 7 7-7 7"/>',
  back: '<path d="m15 5-7 7 7 7"/>',
  check: '<path d="m5 12.500 4.500 4.500L19 7.500"/>',
  copy: '<rect x="8.500" y="8.500" width="11" height="11" rx="2"/><path d="M5.500 15.500A1.500 1.500 0 0 1 4.500 14V6a1.500 1.500 0 0 1 1.500-1.500h8a1.500 1.500 0 0 1 1.500 1"/>',
  shop: '<path d="M4.500 9.500 6 4.500h12l1.500 5M4.500 9.500c0 3.300 5 3.300 5 0 0 3.300 5 3.300 5 0 0 3.300 5 3.300 5 0M6 12.500v7h12v-7M10 19.500V15h4v4.500"/>',
  box: '<path d="m12 3.500 8 4v9l-8 4-8-4v-9zM4 7.500l8 4 8-4M12 11.500v9"/>',
  flask: '<path d="M9.500 3.500h5M10.500 3.500V10l-5.500 8.500a1.300 1.300 0 0 0 1.100 2h11.800a1.300 1.300 0 0 0 1.100-2L13.500 10V3.500M7.500 15.500h9"/>',
  info: '<circle cx="12" cy="12" r="8.500"/><path d="M12 11v5.500M12 7.500v.5"/>',
  book: '<path d="M12 6.500C10 5 7.500 4.500 4 4.500v13.500c3.500 0 6 .5 8 2 2-1.500 4.500-2 8-2V4.500c-3.500 0-6 .5-8 2zM12 6.500V20"/>',
  globe: '<circle cx="12" cy="12" r="8.500"/><path d="M3.500 12h17M12 3.500c3 3 3 14 0 17M12 3.500c-3 3-3 14 0 17"/>',
  exit: '<path d="M14 4.500H6A1.500 1.500 0 0 0 4.500 6v12A1.500 1.500 0 0 0 6 19.500h8M10 12h10M16.500 8.500 20 12l-3.500 3.500"/>',
  close: '<path d="m6 6 12 12M18 6 6 18"/>',
}

export function maskOf(name: string): string {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#000" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">${icons[name] ?? icons.info}</svg>`
  return `url("data:image/svg+xml,${encodeURIComponent(drawing)}")`
}
