import type { PathOptions, PathRefusalReason } from '../../src/request/path.ts'

/** Semantics 8, one step after the other, as slow and as close to the text as can be. Throws the reason for refusing. */
function normalise(path: string, options: PathOptions): string {
  const { emptySegments, encodedSlash, aboveRoot, maxLength = 8192, maxElements = 1024 } = options
  if (path === '') return '/'
  if (!path.startsWith('/')) throw refusal('not-absolute')
  if (path.length > maxLength) throw refusal('path-too-long')

  // 8.2, 8.3, 8.6: one character or one escape after the other.
  const tokens = path.match(/%[0-9A-Fa-f]{2}|[\s\S]/g) ?? []
  let written = tokens.map(token => (token.length === 3 ? escaped(token, encodedSlash) : raw(token))).join('')

  // 8.5 before 8.4 removes the evidence.
  if (emptySegments === 'reject' && /\/\//.test(written)) throw refusal('empty-element')

  // 8.4
  written = removeDotSegments(written, aboveRoot === 'refuse')

  // 8.5
  if (emptySegments !== 'preserve') written = written.replace(/\/+/g, '/')

  // 8.9
  if (written.split('/').length - 1 > maxElements) throw refusal('too-many-elements')
  return written
}

function raw(character: string): string {
  if (character > '\u007f') throw refusal('non-ascii')
  if (character === ' ') throw refusal('space')
  if (character < ' ' || character === '\u007f') throw refusal('control-character')
  if (character === '%') throw refusal('malformed-escape')
  if (character === '\\') throw refusal('backslash')
  if (character === '#') throw refusal('fragment')
  if (character === '?') throw refusal('query')
  return character
}

function escaped(triplet: string, encodedSlash: PathOptions['encodedSlash']): string {
  const upper = triplet.toUpperCase()
  if (upper === '%00') throw refusal('encoded-nul')
  if (upper === '%2F' && encodedSlash === 'reject') throw refusal('encoded-slash')
  if (upper === '%2F' && encodedSlash === 'decode') return '/'
  if (upper === '%5C' && (encodedSlash === 'reject' || encodedSlash === 'decode')) throw refusal('encoded-backslash')
  const character = String.fromCharCode(Number.parseInt(upper.slice(1), 16))
  return /^[A-Za-z0-9\-._~]$/.test(character) ? character : upper
}

/** RFC 3986, section 5.2.4, steps 2A to 2E, with its two buffers. */
function removeDotSegments(path: string, refusesAboveRoot: boolean): string {
  let input = path
  let output = ''
  while (input !== '') {
    if (/^\.\.?\//.test(input)) input = input.replace(/^\.\.?\//, '')
    else if (/^\/\.(\/|$)/.test(input)) input = input.replace(/^\/\.(\/|$)/, '/')
    else if (/^\/\.\.(\/|$)/.test(input)) {
      if (output === '' && refusesAboveRoot) throw refusal('above-root')
      input = input.replace(/^\/\.\.(\/|$)/, '/')
      output = output.replace(/\/?[^/]*$/, '')
    } else if (input === '.' || input === '..') input = ''
    else {
      const segment = /^\/?[^/]*/.exec(input)?.[0] ?? ''
      output += segment
      input = input.slice(segment.length)
    }
  }
  return output
}

class Refused extends Error {}

function refusal(reason: PathRefusalReason): Refused {
  return new Refused(reason)
}

/** The normalised path, or the reason for refusing it, as `normalisePath` must answer. */
export function referencePath(path: string, options: PathOptions = {}): { path: string } | { reason: string } {
  try {
    return { path: normalise(path, options) }
  } catch (error) {
    if (error instanceof Refused) return { reason: error.message }
    throw error
  }
}
