import { NAME } from './host-block.ts'
import { type HostTable, hasLength } from './host-table.ts'
import { packedEqualsBytes } from './packed-bytes.ts'
import { clamp, EVERY, type Sampling, step } from './sampling.ts'

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
export function hashBytes({ count, positions, seed }: Sampling, bytes: Uint8Array, start: number, end: number): number {
  if (count === EVERY) return hashEveryByte(seed, bytes, start, end)
  const length = end - start
  let hash = length
  for (let i = 0; i < count; i++) hash = step(hash, bytes[start + clamp(positions[i]!, length)]!)
  return hash
}

function hashEveryByte(seed: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = seed
  for (let i = start; i < end; i++) hash = step(hash, bytes[i]!)
  return hash
}
