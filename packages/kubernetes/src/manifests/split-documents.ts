/** The text of one document, and the line of the file on which it begins, counted from 1. */
export interface DocumentText {
  readonly text: string
  readonly firstLine: number
}

/**
 * Splits a file at its `---` and `...` lines. A line that begins so ends a document wherever it stands (YAML 1.2,
 * production c-forbidden), so one broken document cannot spoil the next. What follows `---` on its line belongs to the
 * new document; `%` directives stay with the document they precede.
 */
export function* splitDocuments(text: string): Generator<DocumentText> {
  let start = 0
  let firstLine = 1
  for (const marker of text.matchAll(/^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm)) {
    const before = text.slice(start, marker.index)
    if (/^%/m.test(before) && /^(?:[ \t]*(?:#.*)?\r?\n|%.*\r?\n)*$/.test(before)) continue
    yield { text: before, firstLine }
    firstLine += countLines(before)
    start = marker.index + (marker[0] === '...' ? 3 : 0)
  }
  yield { text: text.slice(start), firstLine }
}

function countLines(text: string): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
