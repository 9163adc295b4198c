/**
 * The elements of a path, its leading slash apart, after `.` and `..` have taken effect (RFC 3986, section 5.2.4).
 * A `..` with nothing before it is dropped and reported to `onAboveRoot`. Time is linear in the number of elements.
 */
export function removeDotSegments(elements: readonly string[], onAboveRoot?: () => void): string[] {
  const kept: string[] = []
  for (const element of elements) {
    if (element === '..' && kept.pop() === undefined) onAboveRoot?.()
    if (element !== '..' && element !== '.') kept.push(element)
  }
  const last = elements.at(-1)
  if (last === '.' || last === '..') kept.push('')
  return kept
}

/** The elements without the empty ones; an empty last one stays, as it is the trailing slash. */
export function mergeEmptyElements(elements: readonly string[]): string[] {
  return elements.filter((element, index) => element !== '' || index === elements.length - 1)
}
