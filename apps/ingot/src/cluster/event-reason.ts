/**
 * The reason of an Event for a diagnostic code: `service-not-found` becomes `ServiceNotFound`. As stable as the codes are,
 * so that alerts can go by it.
 */
export function eventReason(code: string): string {
  return code
    .split('-')
    .map(word => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

/** What an Event may say at most, in bytes, by the API server's rules. */
const maxNote = 1024

/** The text, cut so that an Event can hold it. Never cuts a character in two. */
export function eventNote(text: string): string {
  if (Buffer.byteLength(text) <= maxNote) return text
  const cut = Buffer.from(text).subarray(0, maxNote - 3)
  // A cut character at the end becomes U+FFFD, which is dropped.
  return `${new TextDecoder().decode(cut, { stream: true })}…`
}
