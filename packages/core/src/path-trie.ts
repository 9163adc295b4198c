/**
 * A radix trie over the paths of one host: each edge carries a run of characters, and no two edges of a node begin
 * with the same one. The values are indexes into the list of routes; `NONE` stands for no route.
 */
export interface PathNode {
  label: string
  /** The route that takes exactly the path that ends here. */
  exact: number
  /** The route that takes the path that ends here and everything below its next slash. */
  prefix: number
  children: PathNode[]
}

/** No route. */
export const NONE = -1

const SLASH = 47

/** A node without routes. */
export function createNode(label: string): PathNode {
  return { label, exact: NONE, prefix: NONE, children: [] }
}

/** The node at which `path` ends, made if there is none yet. */
export function ensureNode(root: PathNode, path: string): PathNode {
  let node = root
  let position = 0
  while (position < path.length) {
    const index = childIndex(node, path.charCodeAt(position))
    const child = node.children[index]
    if (child === undefined) {
      const leaf = createNode(path.slice(position))
      node.children.push(leaf)
      return leaf
    }
    const shared = sharedLength(child.label, path, position)
    node = shared === child.label.length ? child : splitChild(node, index, shared)
    position += shared
  }
  return node
}

/** The index of the route whose path wins for `path`: exact if there is one, else the longest prefix (semantics 7.4). */
export function lookup(root: PathNode, path: string): number {
  let node: PathNode | undefined = root
  let position = 0
  let longest = NONE
  while (node !== undefined && path.startsWith(node.label, position)) {
    position += node.label.length
    if (position === path.length) return node.exact !== NONE ? node.exact : node.prefix !== NONE ? node.prefix : longest
    const next = path.charCodeAt(position)
    // "/foo" must not claim "/foobar": a prefix counts only where the next character is a slash (semantics 7.3).
    if (node.prefix !== NONE && next === SLASH) longest = node.prefix
    node = node.children[childIndex(node, next)]
  }
  return longest
}

function childIndex(node: PathNode, character: number): number {
  return node.children.findIndex(child => child.label.charCodeAt(0) === character)
}

function sharedLength(label: string, path: string, position: number): number {
  let length = 0
  while (length < label.length && label[length] === path[position + length]) length++
  return length
}

/** Cuts the edge to a child in two and returns the node in the middle. */
function splitChild(parent: PathNode, index: number, length: number): PathNode {
  const child = parent.children[index] as PathNode
  const middle = createNode(child.label.slice(0, length))
  child.label = child.label.slice(length)
  middle.children.push(child)
  parent.children[index] = middle
  return middle
}
