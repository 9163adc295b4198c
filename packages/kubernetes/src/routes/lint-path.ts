import type { Report } from '../diagnostic.ts'
import type { FieldPath } from '../field-path.ts'

/** What remains of a path once typical regular expressions are cut off: `/api(/|$)(.*)` becomes `/api`. */
function plainPartOf(path: string): string {
  const cut = path.search(/[(^$*+?[\]{}|\\]|\.[*+?]/)
  const plain = cut < 0 ? path : path.slice(0, cut)
  return plain.length > 1 ? plain.replace(/\/+$/, '') || '/' : '/'
}

/** Whether a path has characters that make sense in a regular expression and hardly in a URL. */
function looksLikeRegex(path: string): boolean {
  return /[(^$*[\]{}|]|\.[*+?]|\\[.dwsDWS/-]/.test(path)
}

const oddCharacters: readonly (readonly [RegExp, string])[] = [
  [/;/, 'a semicolon, where some servers begin a parameter and stop reading the path'],
  [/%2e/i, 'an encoded dot (%2E), which is the same as a plain one'],
  [/%5c/i, 'an encoded backslash (%5C), which some servers take for a slash'],
  [/%2f/i, 'an encoded slash (%2F), which is compared as an ordinary character and not as a separator'],
]

/** What `/cart/*` is; nothing but the clouds' own load balancers knows such a path. */
function isGlob(path: string): boolean {
  return path.includes('*') && !looksLikeRegex(path.replaceAll('*', '')) && !/\.\*/.test(path)
}

/** Warns about paths that are valid and seldom mean what they say (semantics 6.4, 7.11). */
export function lintPath(report: Report, field: FieldPath, path: string): void {
  if (looksLikeRegex(path)) {
    const what = isGlob(path)
      ? 'has a *, which stands for nothing but itself in a path'
      : 'looks like a regular expression'
    const message = `The path ${JSON.stringify(path)} ${what}. It is compared as plain text, character for character, so it will hardly match what was meant.`
    report.add('regex-looking-path', field, message, { fix: `Write ${plainPartOf(path)} with pathType: Prefix.` })
    return
  }
  for (const [pattern, what] of oddCharacters) {
    if (pattern.test(path)) report.add('odd-path', field, `The path ${JSON.stringify(path)} contains ${what}.`)
  }
}
