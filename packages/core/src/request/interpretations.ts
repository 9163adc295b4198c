import { mergeEmptyElements, removeDotSegments } from './dot-segments.ts'

/** One way in which a server may understand a path differently from what it says. */
type Reading = (path: string) => string

/**
 * The readings in the order in which servers apply them, each of which some apply and others do not. Parameters are
 * dropped before escapes are decoded by some and afterwards by others, and dot segments resolved before slashes are
 * merged or afterwards, so these come twice.
 */
const READINGS: readonly Reading[] = [
  dropParameters,
  decodeOverlong,
  decodeBroken,
  foldFullWidth,
  decodeSlashes,
  decodeReserved,
  readBackslashes,
  dropParameters,
  cutQuery,
  trimBlanks,
  trimNames,
  resolveDots,
  mergeSlashes,
  resolveDots,
]

/**
 * The distinct paths that upstreams may read where `path`, as `normalisePath` returns it, is forwarded to them: `path`
 * itself first, then every combination of readings (semantics 8.8). No path is decoded twice: `%252F` is the text `%2F`
 * and never a slash.
 */
export function interpretations(path: string): string[] {
  return interpretationsWithin(path, Number.POSITIVE_INFINITY) as string[]
}

/**
 * The interpretations, or `undefined` if they cost more than `budget`: each costs its length and {@link READING_COST}.
 * How many there are is the sender's choice, how much work to spend on them must not be.
 */
export function interpretationsWithin(path: string, budget: number): string[] | undefined {
  const found = new Set([path])
  let cost = 0
  for (const reading of READINGS) {
    for (const text of [...found]) {
      const read = reading(text)
      if (found.has(read)) continue
      cost += read.length + READING_COST
      if (cost > budget) return undefined
      found.add(read)
    }
  }
  return [...found]
}

/** What a short path costs to read in one more way, as so many characters of a long one. */
const READING_COST = 500

/** `/a;v=1/b` as `/a/b`: servlet containers take what follows a semicolon for parameters of the element. */
function dropParameters(path: string): string {
  return path.replace(/;[^/]*/g, '')
}

/** ASCII in more bytes of UTF-8 than it needs: `%C0%AF` for a slash. */
function decodeOverlong(path: string): string {
  return path
    .replace(/%C([01])%([89AB][0-9A-F])/g, asciiOr)
    .replace(/%(?:E0|F0%80|F8%80%80|FC%80%80%80)%8([01])%([89AB][0-9A-F])/g, asciiOr)
}

/** The same where the last byte is no continuation (`%C0%2F`, `%C0.`), for decoders that do not look at its upper bits. */
function decodeBroken(path: string): string {
  return path.replace(/%C([01])(?:%([0-9A-F]{2})|([^%]))/g, (sequence, lead: string, byte?: string, raw = '') =>
    asciiOr(sequence, lead, byte ?? raw.charCodeAt(0).toString(16)),
  )
}

/** Full-width forms (`%EF%BC%8F`), which some platforms fold to ASCII. */
function foldFullWidth(path: string): string {
  return path.replace(/%EF%B([CD])%([89AB][0-9A-F])/g, (sequence, half: string, byte: string) =>
    visibleOr(sequence, Number.parseInt(byte, 16) - (half === 'C' ? 0x60 : 0x20)),
  )
}

/** The character whose upper bit is `lead`, whose lower six are those of the byte with these hexadecimal digits. */
function asciiOr(sequence: string, lead: string, digits: string): string {
  return visibleOr(sequence, (Number(lead) << 6) | (Number.parseInt(digits, 16) & 0x3f))
}

/** A percent sign is left alone: what follows it would be decoded a second time. */
function visibleOr(sequence: string, code: number): string {
  return code > 0x20 && code < 0x7f && code !== PERCENT ? String.fromCharCode(code) : sequence
}

/** `%2F` and `%5C` as the slash and the backslash they stand for, and all else as it is. */
function decodeSlashes(path: string): string {
  return path.replaceAll('%2F', '/').replaceAll('%5C', '\\')
}

/** Every escape of a visible ASCII character as that character. */
function decodeReserved(path: string): string {
  return path.replace(/%([2-7][0-9A-F])/g, (triplet, digits: string) => visibleOr(triplet, Number.parseInt(digits, 16)))
}

/** `\` as `/`: Windows, and URL parsers that follow the WHATWG. */
function readBackslashes(path: string): string {
  return path.replaceAll('\\', '/')
}

/** `/a?b` as `/a`: a server that parses the path again after it has been decoded. */
function cutQuery(path: string): string {
  const end = path.search(/[?#]/)
  return end === -1 ? path : path.slice(0, end)
}

/** `/..%20/b` as `/../b`: many programs trim the names they are given. */
function trimBlanks(path: string): string {
  return trimElements(path, false)
}

/** `/a./b%20.` as `/a/b`: Windows drops dots and blanks at the end of a name. */
function trimNames(path: string): string {
  return trimElements(path, true)
}

function trimElements(path: string, dotsToo: boolean): string {
  if (!DOT_OR_BLANK_END.test(path)) return path
  const trim = (element: string) => (/^\.\.?$/.test(element) ? element : element.slice(0, endWithout(element, dotsToo)))
  return path.split('/').map(trim).join('/')
}

/** Where `element` ends if the encoded blanks at its end, and perhaps the dots among them, are left out. */
function endWithout(element: string, dotsToo: boolean): number {
  let end = element.length
  for (;;) {
    if (end >= 3 && BLANKS.has(element.slice(end - 3, end))) end -= 3
    else if (dotsToo && element.endsWith('.', end)) end -= 1
    else return end
  }
}

function resolveDots(path: string): string {
  return path.includes('/.') ? `/${removeDotSegments(path.slice(1).split('/')).join('/')}` : path
}

function mergeSlashes(path: string): string {
  return path.includes('//') ? `/${mergeEmptyElements(path.slice(1).split('/')).join('/')}` : path
}

const PERCENT = 0x25
const DOT_OR_BLANK_END = /(?:\.|%(?:20|0[9A-D]))(?:\/|$)/
const BLANKS = new Set(['%09', '%0A', '%0B', '%0C', '%0D', '%20'])
