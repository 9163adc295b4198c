import type { Expression } from './expression.ts'
import { PathAutomaton } from './path-automaton.ts'

/** How one rule of some controller compares a path. */
export type PathPattern =
  /** This path and no other. */
  | { readonly kind: 'exact'; readonly path: string }
  /** This path and what is below it, element by element; a trailing slash is ignored (semantics 7.3). */
  | { readonly kind: 'elements'; readonly path: string }
  /** Every path that begins with these characters (semantics 7.9). */
  | { readonly kind: 'characters'; readonly path: string; readonly ignoreCase: boolean }
  /** A regular expression, from the first character on; `whole` if it has to reach the last one too. */
  | {
      readonly kind: 'expression'
      readonly source: string
      readonly expression: Expression
      readonly whole: boolean
      readonly ignoreCase: boolean
      /** Decides in the place of `expression`, which is no more than an example then. */
      readonly fits?: (path: string) => boolean
    }

/** Compares normalised paths with a pattern, in time linear in the length of the path. */
export function pathTest(pattern: PathPattern): (path: string) => boolean {
  switch (pattern.kind) {
    case 'exact':
      return path => path === pattern.path
    case 'elements': {
      const stem = withoutSlash(pattern.path)
      return path => path === stem || path.startsWith(`${stem}/`)
    }
    case 'characters': {
      if (!pattern.ignoreCase) return path => path.startsWith(pattern.path)
      const lower = pattern.path.toLowerCase()
      return path => path.toLowerCase().startsWith(lower)
    }
    case 'expression': {
      if (pattern.fits !== undefined) return pattern.fits
      const automaton = new PathAutomaton([pattern])
      return path => automaton.accepts(path)
    }
  }
}

/** `/foo/` as `/foo`, and `/` as nothing. */
export function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}

/** How people read a pattern. */
export function describePattern(pattern: PathPattern): string {
  switch (pattern.kind) {
    case 'exact':
      return `= ${pattern.path}`
    case 'elements':
      return pattern.path
    case 'characters':
      return `${pattern.path}… ${pattern.ignoreCase ? '(any case)' : ''}`.trimEnd()
    case 'expression':
      return `${pattern.ignoreCase ? '~*' : '~'} ^${pattern.source}${pattern.whole ? '$' : ''}`
  }
}
