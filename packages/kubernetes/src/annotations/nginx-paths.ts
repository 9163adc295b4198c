import type { PathAsks } from './asks.ts'
import { readPlainPath } from './values.ts'

/** How ingress-nginx was asked to read paths and to rewrite them. */
export interface NginxPaths {
  readonly useRegex: boolean
  readonly target: string | undefined
}

/**
 * The forms that mean the same without regular expressions: a plain path, and the idiom of the ingress-nginx
 * documentation, `/something(/|$)(.*)` with `/$2`. Others would need regular expressions on the path of a request.
 */
const idiom = '(/|$)(.*)'
const rest = ['/(.*)', '/.*']

/** Whether each of these paths can be honoured. */
export function canHonour(paths: readonly string[], nginx: NginxPaths): boolean {
  return paths.every(path => readNginxPath(path, nginx) !== undefined)
}

/** What is to become of a path; `undefined` if it cannot be honoured. */
export function readNginxPath(path: string, { useRegex, target }: NginxPaths): PathAsks | undefined {
  const captures = target?.includes('$') === true
  if (path.endsWith(idiom)) {
    const prefix = path.slice(0, -idiom.length) || '/'
    // In a regular expression a dot is any character.
    if (!/^(?:\/|(?:\/[A-Za-z0-9_~-]+)+)$/.test(prefix)) return undefined
    return target === undefined ? { prefix } : target === '/$2' ? { prefix, rewrite: { prefix: '/' } } : undefined
  }
  if (rest.includes(path)) {
    if (target === undefined || (target === '/$1' && path === '/(.*)')) return { prefix: '/' }
    return undefined
  }
  // A plain path of a regular expression is a prefix of texts: `/api` takes `/apis` too.
  if (captures || (useRegex && path !== '/')) return undefined
  // ingress-nginx changes nothing if the path is the target already.
  if (target === undefined || target === path) return {}
  return readPlainPath(target) === undefined ? undefined : { rewrite: { path: target } }
}
