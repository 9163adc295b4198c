import type { Match, Matcher } from '@ingot/core'
import { compileExpression } from './expressions.ts'

/** Targets that share a host, told apart by regular expressions on the path. */
export interface PathChoices<T> {
  /** The first whose expression, anchored in front and whatever the case, fits the path has the request. */
  readonly choices: readonly PathChoice<T>[]
  /** Where the rest goes. Default: to the default target. */
  readonly otherwise?: T | undefined
}

/** One expression of RE2, and where its requests go. */
interface PathChoice<T> {
  readonly expression: string
  readonly target: T
}

/**
 * A matcher that goes on to choose by expressions where the target that won has some; every other route is matched as
 * before. Whoever asks for another reading of a path, such as the ambiguity guard, gets the choice of that reading.
 */
export function matchExpressions<T>(
  matcher: Matcher<T>,
  choicesOf: (target: T) => PathChoices<T> | undefined,
): Matcher<T> {
  const known = new Map<Match<T>, ExpressionMatcher<T>>()
  return {
    defaultTarget: matcher.defaultTarget,
    match(host, path) {
      const match = matcher.match(host, path)
      const choices = match && choicesOf(match.route.target)
      if (match === undefined || choices === undefined) return match
      const expressions = known.get(match) ?? expressionMatcher(choices, match)
      known.set(match, expressions)
      return expressions(path)
    },
  }
}

/** Which of several targets has a path; `undefined` if none has. Throws `TypeError` for what is no expression. */
export function chooseByPath<T>({ choices, otherwise }: PathChoices<T>, path: string): T | undefined {
  return choices.find(({ expression }) => fits(expression, path))?.target ?? otherwise
}

type ExpressionMatcher<T> = (path: string) => Match<T> | undefined

function expressionMatcher<T>({ choices, otherwise }: PathChoices<T>, match: Match<T>): ExpressionMatcher<T> {
  const matchFor = (target: T): Match<T> => Object.freeze({ ...match, route: { ...match.route, target } })
  const tests = choices.map(({ expression, target }) => ({ expression, match: matchFor(target) }))
  const rest = otherwise === undefined ? undefined : matchFor(otherwise)
  return path => tests.find(({ expression }) => fits(expression, path))?.match ?? rest
}

function fits(expression: string, path: string): boolean {
  return compileExpression(`^${expression}`, { ignoreCase: true }).test(path)
}
