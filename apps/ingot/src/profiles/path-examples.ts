import { PathAutomaton } from './path-automaton.ts'
import type { PathPattern } from './path-pattern.ts'

/** The most states that are looked at for one host. */
const LIMIT = 100_000

/** Paths that stand for all others of one host, and whether they really are all. */
export interface PathExamples {
  readonly paths: readonly string[]
  readonly complete: boolean
}

/** One normalised path for every set of these patterns that some path fits. */
export function pathExamples(patterns: Iterable<PathPattern>): PathExamples {
  return examplesOf(new Map([...patterns].map(pattern => [keyOf(pattern), pattern])))
}

/** The same for many hosts, which often have the same paths. */
export function rememberingPathExamples(): typeof pathExamples {
  const known = new Map<string, PathExamples>()
  return patterns => {
    const distinct = new Map([...patterns].map(pattern => [keyOf(pattern), pattern]))
    const key = [...distinct.keys()].sort().join('\n')
    const examples = known.get(key) ?? examplesOf(distinct)
    known.set(key, examples)
    return examples
  }
}

function examplesOf(distinct: ReadonlyMap<string, PathPattern>): PathExamples {
  const paths: string[] = []
  for (const path of new PathAutomaton([...distinct.values()]).examples(LIMIT)) {
    if (path === undefined) return { paths, complete: false }
    paths.push(path)
  }
  return { paths: paths.sort(), complete: true }
}

function keyOf(pattern: PathPattern): string {
  if (pattern.kind !== 'expression')
    return `${pattern.kind} ${'ignoreCase' in pattern && pattern.ignoreCase} ${pattern.path}`
  return `${pattern.kind} ${pattern.whole} ${pattern.ignoreCase} ${pattern.source}`
}
