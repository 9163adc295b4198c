import { NOWHERE, routeAt } from './find-path.ts'
import { packedEqualsBytes } from './packed-bytes.ts'
import { packedCharacter } from './packed-text.ts'
import { BEHIND_SLASH_SHIFT, branch, DEPTH_MASK, ENDS, INNER, patternAt, prefixEnds } from './path-block.ts'

/** What `findPath` does, for a path that is in `bytes` from `start` up to `end`. */
export function findPathBytes(words: Int32Array, root: number, bytes: Uint8Array, start: number, end: number): number {
  let node = descend(words, root, bytes, start, end, end - start)
  if (node !== NOWHERE && !packedEqualsBytes(words, patternAt(words, node), words[node]! & DEPTH_MASK, bytes, start)) {
    node = descend(words, root, bytes, start, end, sharedLength(words, node, bytes, start))
  }
  return node === NOWHERE ? NOWHERE : routeAt(words, node, end - start)
}

function descend(
  words: Int32Array,
  root: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  limit: number,
): number {
  const length = end - start
  let node = root
  let last = NOWHERE
  for (;;) {
    const head = words[node]!
    const depth = head & DEPTH_MASK
    if (depth >= length) return depth === limit && (head & ENDS) !== 0 ? node : last
    if (depth > limit) return last
    last ^= (last ^ node) & prefixEnds(head, bytes[start + depth]!)
    if ((head & INNER) === 0) return last
    const at = depth + ((head >>> BEHIND_SLASH_SHIFT) & 1)
    if (at === length) return last
    const offset = branch(words, node, head, bytes[start + at]!)
    if (offset === 0) return last
    node = root + offset
  }
}

function sharedLength(words: Int32Array, node: number, bytes: Uint8Array, start: number): number {
  const depth = words[node]! & DEPTH_MASK
  const pattern = patternAt(words, node)
  let length = 0
  while (length < depth && bytes[start + length] === packedCharacter(words, pattern, depth, length)) length++
  return length
}
