/**
 * On the web, uni keeps names on its outer elements and makes nothing but links reachable: a screen
 * reader finds pictures and fields without a name, and a keyboard finds no button at all. This hands
 * both on to where they are looked for, for every page at once. WeChat needs none of it.
 */
const buttons = '.press, uni-button'

function nameOf(field: Element): string {
  const outer = field.closest('uni-input, uni-textarea')
  return field.closest('[aria-label]')?.getAttribute('aria-label') || outer?.querySelector('.uni-input-placeholder, .uni-textarea-placeholder')?.textContent?.trim() || ''
}

function put(on: Element, name: string, value: string): void {
  if (on.getAttribute(name) !== value) on.setAttribute(name, value)
}

function hand(root: ParentNode): void {
  root.querySelectorAll('uni-image > img').forEach((picture) => put(picture, 'alt', picture.parentElement?.getAttribute('alt') ?? ''))
  root.querySelectorAll('uni-input input, uni-textarea textarea').forEach((field) => {
    const name = field.getAttribute('aria-label') || nameOf(field)
    if (name) put(field, 'aria-label', name)
  })
  root.querySelectorAll(buttons).forEach((button) => {
    put(button, 'role', 'button')
    put(button, 'tabindex', '0')
    if (button.matches('uni-button')) put(button, 'aria-disabled', String(button.classList.contains('is-disabled')))
    if (button.matches('.chip, .period, .side')) put(button, 'aria-pressed', String(button.classList.contains('on')))
  })
}

export function reach(page: Document): void {
  let waiting = false
  new MutationObserver(() => {
    if (waiting) return
    waiting = true
    requestAnimationFrame(() => {
      waiting = false
      hand(page)
    })
  }).observe(page.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ['class', 'alt'] })
  page.addEventListener('keydown', (event) => {
    const at = event.target as HTMLElement
    if ((event.key !== 'Enter' && event.key !== ' ') || !at.matches?.(buttons)) return
    event.preventDefault()
    at.click()
  })
}
