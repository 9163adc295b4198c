/** A Markdown table; the first column is text, the others are numbers. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = `| ${headings.map((_, index) => (index === 0 ? '---' : '---:')).join(' | ')} |`
  return [line(headings), rule, ...rows.map(line)].join('\n')
}

/** A number with as many digits as its size deserves. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value === 0) return '0'
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en')
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

/** Milliseconds, as seconds where there are many. */
export function time(ms: number): string {
  return ms >= 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${number(ms)} ms`
}

/** `2.1 x`. */
export function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)} x` : '–'
}

/** About: two digits, for what is worked out from other figures. */
export function about(value: number): string {
  return Number.isFinite(value) ? Number(value.toPrecision(2)).toLocaleString('en') : '–'
}
