import { normalisePath } from '@ingot/core'

/** Another path for the upstream, or for a redirect. */
export type PathChange =
  /** The whole path. */
  | { readonly path: string }
  /** What stands in place of the route's own path. */
  | { readonly prefix: string }

/** The path that a request for `path` by a route for `routePath` is changed to. */
export type PathEdit = (path: string, routePath: string) => string

/** Throws `TypeError` for a path that is not normal: what is forwarded is never read in another way than it was written. */
export function compilePathChange(change: PathChange): PathEdit {
  const written = 'path' in change ? change.path : change.prefix
  if (!written.startsWith('/') || normalisePath(written) !== written) {
    throw new TypeError(`not a normal path: ${JSON.stringify(written)}`)
  }
  if ('path' in change) return () => written
  const front = written.endsWith('/') ? written.slice(0, -1) : written
  return (path, routePath) => {
    const rest = restAfter(path, routePath)
    return front === '' && rest === '' ? '/' : front + rest
  }
}

/** What follows a route's path: empty, or from a slash on. */
function restAfter(path: string, routePath: string): string {
  const length = routePath.endsWith('/') ? routePath.length - 1 : routePath.length
  const rest = path.slice(length)
  return rest === '' || rest.startsWith('/') ? rest : path
}
