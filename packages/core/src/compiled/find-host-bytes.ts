import { NAME } from './host-block.ts'
import { type HostTable, hasLength } from './host-table.ts'
import { packedEqualsBytes } from './packed-bytes.ts'
import { clamp, EVERY, mix, type Sampling, step } from './sampling.ts'

/** The block of the name in `bytes`, of the kind 0 or `WILDCARD`; 0 if there is none. */
export function findHostBytes(
  table: HostTable,
  words: Int32Array,
  hash: number,
  kind: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const { slots } = table
  const mask = (slots.length >> 1) - 1
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const block = slots[2 * slot + 1]!
    if (block === 0) return 0
    if (slots[2 * slot] !== hash || !hasLength(words, block, kind, end - start)) continue
    if (packedEqualsBytes(words, block + NAME, end - start, bytes, start)) return block
  }
}

/** What `hashString` does, over `bytes` from `start` up to `end`. */
export function hashBytes(sampling: Sampling, bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (sampling.count === EVERY) return hashEveryByte(sampling.seed, bytes, start, end)
  const first = mix(
    length,
    bytes[start + clamp(sampling.a, length)]!,
    bytes[start + clamp(sampling.b, length)]!,
    bytes[start + clamp(sampling.c, length)]!,
    bytes[start + clamp(sampling.d, length)]!,
  )
  if (sampling.count === 4) return first
  return mix(
    first,
    bytes[start + clamp(sampling.e, length)]!,
    bytes[start + clamp(sampling.f, length)]!,
    bytes[start + clamp(sampling.g, length)]!,
    bytes[start + clamp(sampling.h, length)]!,
  )
}

function hashEveryByte(seed: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = seed
  for (let i = start; i < end; i++) hash = step(hash, bytes[i]!)
  return hash
}
