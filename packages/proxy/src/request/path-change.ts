import { normalisePath } from '@ingot/core'
import { compileExpression } from './expressions.ts'

/** Another path for the upstream, or for a redirect. */
export type PathChange =
  /** The whole path. */
  | { readonly path: string }
  /** What stands in place of the route's own path. */
  | { readonly prefix: string }
  /**
   * The whole path, in which `$1` to `$9` stand for the groups of an expression of RE2, anchored in front and whatever
   * the case. A path that the expression does not fit stays.
   */
  | { readonly expression: string; readonly template: string }

/** The path that a request for `path` by a route for `routePath` is changed to. */
export type PathEdit = (path: string, routePath: string) => string

/** Throws `TypeError` for a path that is not normal: what is forwarded is never read in another way than it was written. */
export function compilePathChange(change: PathChange): PathEdit {
  if ('expression' in change) return compileCaptures(change)
  const written = 'path' in change ? change.path : change.prefix
  if (!isNormal(written)) throw new TypeError(`not a normal path: ${JSON.stringify(written)}`)
  if ('path' in change) return () => written
  const front = written.endsWith('/') ? written.slice(0, -1) : written
  return (path, routePath) => {
    const rest = restAfter(path, routePath)
    return front === '' && rest === '' ? '/' : front + rest
  }
}

function isNormal(path: string): boolean {
  return path.startsWith('/') && normalisePath(path) === path
}

/** What follows a route's path: empty, or from a slash on. */
function restAfter(path: string, routePath: string): string {
  const length = routePath.endsWith('/') ? routePath.length - 1 : routePath.length
  const rest = path.slice(length)
  return rest === '' || rest.startsWith('/') ? rest : path
}

function compileCaptures({
  expression,
  template,
}: {
  readonly expression: string
  readonly template: string
}): PathEdit {
  // Each group may be one element: what is written around them has to be normal then.
  if (!isNormal(template.replace(/\$[1-9]/g, 'x')))
    throw new TypeError(`not a normal path: ${JSON.stringify(template)}`)
  const compiled = compileExpression(`^${expression}`, { ignoreCase: true })
  const parts = template.split(/\$([1-9])/)
  return path => {
    const groups = compiled.exec(path)
    if (groups === null) return path
    return normal(parts.map((part, index) => (index % 2 === 0 ? part : (groups[Number(part)] ?? ''))).join(''))
  }
}

/** Pieces of a normal path need not be normal together: a group may end within an escape, or be empty between slashes. */
function normal(path: string): string {
  const escaped = path.replace(/%(?![0-9a-fA-F]{2})/g, '%25').replace(/%00/g, '%2500')
  const normalised = normalisePath(escaped, {
    emptySegments: 'merge',
    aboveRoot: 'clamp',
    maxLength: 2 ** 20,
    maxElements: 2 ** 20,
  })
  if (typeof normalised !== 'string') throw new TypeError(`a path that cannot be made normal: ${normalised.reason}`)
  return normalised
}
