import { packedCharacter, packedEqualsString } from './packed-text.ts'
import { BEHIND_SLASH_SHIFT, branch, DEPTH_MASK, ENDS, INNER, ordinalAt, patternAt, prefixEnds } from './path-block.ts'
import type { PatternTexts } from './pattern-texts.ts'

/** No node, and no route. */
export const NOWHERE = -1

/**
 * The ordinal of the route that wins for `path` in the trie at `root`: Exact if there is one, else the longest Prefix
 * (semantics 7.4); `NOWHERE` if none fits. `texts`, if given, are the patterns as strings, this host's from `first` on.
 */
export function findPath(words: Int32Array, root: number, path: string, texts: PatternTexts, first: number): number {
  let node = descend(words, root, path, path.length)
  if (node !== NOWHERE && !patternFits(words, node, path, texts, first)) {
    node = descend(words, root, path, sharedLength(words, node, path))
  }
  return node === NOWHERE ? NOWHERE : routeAt(words, node, path.length)
}

/**
 * Goes down by the characters at which patterns differ, without a look at the others, and gives the last node whose
 * routes could win: it does win if its pattern really is at the front of `path`. Nodes below `limit` are left out.
 */
function descend(words: Int32Array, root: number, path: string, limit: number): number {
  let node = root
  let last = NOWHERE
  for (;;) {
    const head = words[node]!
    const depth = head & DEPTH_MASK
    if (depth >= path.length) return depth === limit && (head & ENDS) !== 0 ? node : last
    if (depth > limit) return last
    // "/foo" must not claim "/foobar": a Prefix counts only where the next character is a slash (semantics 7.3).
    last ^= (last ^ node) & prefixEnds(head, path.charCodeAt(depth))
    if ((head & INNER) === 0) return last
    const at = depth + ((head >>> BEHIND_SLASH_SHIFT) & 1)
    if (at === path.length) return last
    const offset = branch(words, node, head, path.charCodeAt(at))
    if (offset === 0) return last
    node = root + offset
  }
}

function patternFits(words: Int32Array, node: number, path: string, texts: PatternTexts, first: number): boolean {
  if (texts === undefined) return packedEqualsString(words, patternAt(words, node), words[node]! & DEPTH_MASK, path, 0)
  const index = (first + ordinalAt(words, node)) << 1
  if (path.length === (words[node]! & DEPTH_MASK)) return path === texts[index]
  return path >= texts[index]! && path < texts[index + 1]!
}

/** How many characters from the front `path` shares with the pattern of `node`. */
function sharedLength(words: Int32Array, node: number, path: string): number {
  const depth = words[node]! & DEPTH_MASK
  const pattern = patternAt(words, node)
  let length = 0
  while (length < depth && path.charCodeAt(length) === packedCharacter(words, pattern, depth, length)) length++
  return length
}

/** The ordinal of the route that wins at a node: its Exact route takes only the path that ends here. */
export function routeAt(words: Int32Array, node: number, pathLength: number): number {
  const head = words[node]!
  const passesExact = (head & ENDS) === ENDS && (head & DEPTH_MASK) < pathLength
  return passesExact ? ordinalAt(words, node) + 1 : ordinalAt(words, node)
}
