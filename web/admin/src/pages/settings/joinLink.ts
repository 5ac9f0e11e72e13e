// The code stands behind the #: what is there a browser does not send, so no
// log of a server or a proxy keeps it.

export function joinLink(origin: string, code: string): string {
  return `${origin}/admin/join#${code}`
}

/** The code in what somebody was sent: the link, or the code alone. */
export function codeIn(text: string): string {
  return (text.trim().split('#').pop() ?? '').trim()
}
