/** A key that is written twice in one JSON object, and the offset of its second occurrence. */
export interface DuplicateJsonKey {
  readonly key: string
  readonly offset: number
}

/**
 * The keys that appear twice in an object of a valid JSON text: `JSON.parse` keeps the last without a word.
 * Linear in the length of the text; the text must be one that `JSON.parse` accepts.
 */
export function duplicateJsonKeys(text: string): DuplicateJsonKey[] {
  const found: DuplicateJsonKey[] = []
  const open: (Set<string> | undefined)[] = []
  let atKey = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
    if (character === '"') {
      const end = endOfString(text, at)
      const keys = atKey ? open.at(-1) : undefined
      if (keys !== undefined) {
        const key = JSON.parse(text.slice(at, end)) as string
        if (keys.has(key)) found.push({ key, offset: at })
        keys.add(key)
      }
      at = end - 1
      atKey = false
    } else if (character === '{' || character === ',') atKey = open.at(-1) !== undefined
  }
  return found
}

/** The offset after the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}
