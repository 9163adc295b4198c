/*
 * ASCII text in 32-bit words, four characters a word, the first in the lowest byte, the last word filled up with zeros.
 * Comparing a word costs about as much as comparing a character.
 */

/** How many words `length` characters take. */
export function packedLength(length: number): number {
  return (length + 3) >> 2
}

/** Writes ASCII `text` at `at`. */
export function packText(words: Int32Array, at: number, text: string): void {
  const length = text.length
  const last = at + packedLength(length) - 1
  for (let word = at, i = 0; word < last; word++, i += 4) words[word] = pack(text, i, 4)
  if (length > 0) words[last] = length < 4 ? pack(text, 0, length) : pack(text, length - 4, 4)
}

function pack(text: string, start: number, count: number): number {
  let word = 0
  for (let i = 0; i < count; i++) word |= text.charCodeAt(start + i) << (i << 3)
  return word
}

/** The text of `length` characters at `at`; made in one go, because a string joined from parts is slower to compare. */
export function unpackText(words: Int32Array, at: number, length: number): string {
  const codes = Array.from({ length }, (_, index) => packedCharacter(words, at, length, index))
  return String.fromCharCode(...codes)
}

/** One character of the text packed at `at`. */
export function packedCharacter(words: Int32Array, at: number, length: number, index: number): number {
  const last = packedLength(length) - 1
  if (length < 4 || index >> 2 < last) return (words[at + (index >> 2)]! >>> ((index & 3) << 3)) & 0xff
  return (words[at + last]! >>> ((index - length + 4) << 3)) & 0xff
}

/** Whether `text` has, from `start`, the `length` characters packed at `at`. It must be long enough. */
export function packedEqualsString(
  words: Int32Array,
  at: number,
  length: number,
  text: string,
  start: number,
): boolean {
  if (length < 4) return shortEquals(words[at]!, length, text, start)
  const last = start + length - 4
  let a = text.charCodeAt(last)
  let b = text.charCodeAt(last + 1)
  let c = text.charCodeAt(last + 2)
  let d = text.charCodeAt(last + 3)
  let seen = a | b | c | d
  let difference = (a | (b << 8) | (c << 16) | (d << 24)) ^ words[at + ((length - 1) >> 2)]!
  for (let position = start; position < last; position += 4, at++) {
    a = text.charCodeAt(position)
    b = text.charCodeAt(position + 1)
    c = text.charCodeAt(position + 2)
    d = text.charCodeAt(position + 3)
    seen |= a | b | c | d
    difference |= (a | (b << 8) | (c << 16) | (d << 24)) ^ words[at]!
  }
  // A character above 0xff spills into the next byte of its word and could make up another text there.
  return difference === 0 && seen < 0x100
}

function shortEquals(word: number, length: number, text: string, start: number): boolean {
  for (let i = 0; i < length; i++) if (text.charCodeAt(start + i) !== ((word >>> (i << 3)) & 0xff)) return false
  return true
}
