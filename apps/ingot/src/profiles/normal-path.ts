import { normalisePath } from '@ingot/core'

/**
 * The language of normalised paths as an automaton, so that example requests can be built one character at a time.
 * States are small numbers; what a state means is the business of this file.
 */

/** Before the first character. */
export const START = 0

/** Where the character leads, or `undefined` if no normalised path goes on so. */
export function stepNormal(state: number, code: number): number | undefined {
  if (state === START) return code === SLASH ? stateOf(EMPTY, NO_ESCAPE) : undefined
  const element = (state - 1) % ELEMENTS
  const escaped = Math.floor((state - 1) / ELEMENTS)
  if (escaped === AFTER_PERCENT) {
    const digit = HEX.indexOf(String.fromCharCode(code))
    return digit < 0 ? undefined : stateOf(OTHER, AFTER_PERCENT + 1 + digit)
  }
  if (escaped > AFTER_PERCENT) return lastDigit(escaped - AFTER_PERCENT - 1, code)
  if (code === SLASH) return element === OTHER ? stateOf(EMPTY, NO_ESCAPE) : undefined
  if (code === PERCENT) return stateOf(OTHER, AFTER_PERCENT)
  if (ACCEPTED[code] !== 1) return undefined
  return stateOf(code === DOT && element < TWO_DOTS ? element + 1 : OTHER, NO_ESCAPE)
}

/** Whether a normalised path may end here. */
export function endsNormal(state: number): boolean {
  if (state === START || Math.floor((state - 1) / ELEMENTS) !== NO_ESCAPE) return false
  const element = (state - 1) % ELEMENTS
  return element === EMPTY || element === OTHER
}

const SLASH = 0x2f
const PERCENT = 0x25
const DOT = 0x2e
const HEX = '0123456789ABCDEF'

/** What the current element consists of so far. */
const EMPTY = 0
const TWO_DOTS = 2
const OTHER = 3
const ELEMENTS = 4

/** How much of an escape has been read; the values from `AFTER_PERCENT + 1` on hold its first digit. */
const NO_ESCAPE = 0
const AFTER_PERCENT = 1

function stateOf(element: number, escaped: number): number {
  return 1 + escaped * ELEMENTS + element
}

function lastDigit(first: number, code: number): number | undefined {
  const digit = HEX.indexOf(String.fromCharCode(code))
  return digit >= 0 && KEPT_ESCAPES[first * 16 + digit] === 1 ? stateOf(OTHER, NO_ESCAPE) : undefined
}

function isNormal(path: string): boolean {
  return normalisePath(path) === path
}

const ACCEPTED = Uint8Array.from({ length: 128 }, (_, code) => {
  return Number(code !== SLASH && code !== PERCENT && (code === DOT || isNormal(`/${String.fromCharCode(code)}`)))
})

const KEPT_ESCAPES = Uint8Array.from({ length: 256 }, (_, byte) => {
  return Number(isNormal(`/%${byte.toString(16).toUpperCase().padStart(2, '0')}`))
})
