import type { RoutePattern } from './read-block.ts'

/**
 * The patterns of a small table as strings: for each route its path without trailing slash, then the least string
 * above everything that begins with it. A path begins with the pattern if it is not below the first and is below the
 * second; two such comparisons take less time than one of `startsWith`. `undefined` in a large table, where reaching
 * for the strings misses the cache and the words beside the node do not.
 */
export type PatternTexts = readonly string[] | undefined

/** Up to this many routes the strings are worth their memory. */
export const MAX_TEXTS = 4096

/** The strings for a list of routes, if it is small. */
export function patternTexts(routes: readonly RoutePattern[]): PatternTexts {
  return routes.length <= MAX_TEXTS ? routes.flatMap(route => textsOf(withoutSlash(route))) : undefined
}

/** The path as it is packed in its block. */
function withoutSlash({ path, pathType }: RoutePattern): string {
  return pathType === 'Prefix' && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Both strings are made anew: strings cut from others are slower to compare. */
function textsOf(path: string): readonly [string, string] {
  const codes = Array.from(path, character => character.charCodeAt(0))
  const pattern = String.fromCharCode(...codes)
  codes.push((codes.pop() ?? 0) + 1)
  return [pattern, String.fromCharCode(...codes)]
}
