import { packedLength } from './packed-text.ts'

/** Whether `bytes` has, from `start`, the `length` characters packed at `at`: `packedEqualsString` over bytes. */
export function packedEqualsBytes(
  words: Int32Array,
  at: number,
  length: number,
  bytes: Uint8Array,
  start: number,
): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i++) if (bytes[start + i] !== ((words[at]! >>> (i << 3)) & 0xff)) return false
    return true
  }
  const last = start + length - 4
  let difference = wordOf(bytes, last) ^ words[at + packedLength(length) - 1]!
  for (let position = start; position < last; position += 4, at++) difference |= wordOf(bytes, position) ^ words[at]!
  return difference === 0
}

function wordOf(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}
