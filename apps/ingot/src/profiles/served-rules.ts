import type { IngressTarget } from '@ingot/kubernetes'
import { chooseByPath } from '@ingot/proxy'
import type { RoutingPicture } from '../view/routing-picture.ts'
import { parseExpression } from './expression.ts'
import { byHost, fallbackRule, type ProfileMatcher, type ProfileRule } from './host-rules.ts'
import { hostRules } from './ingot.ts'
import type { PathPattern } from './path-pattern.ts'

/**
 * The rules that decide in a picture, in the form in which controllers are compared; `undefined` where its table alone
 * decides. Of hosts whose paths are regular expressions, a table has but one route that holds them all.
 */
export function rulesOfPicture(picture: RoutingPicture): ProfileMatcher | undefined {
  if (picture.profile !== undefined) return picture.profile
  return picture.table.routes.some(({ target }) => target.choices !== undefined) ? servedRules(picture) : undefined
}

function servedRules({ table, matching: { hostFallthrough = 'none' } }: RoutingPicture): ProfileMatcher {
  const notes: string[] = []
  const rules = table.routes.flatMap(({ host, path, pathType, fallback, target }): ProfileRule[] => {
    if (target.choices !== undefined) return choiceRules(host, target, notes)
    if (fallback === true) return [fallbackRule(host, target)]
    const pattern = { kind: pathType === 'Exact' ? 'exact' : 'elements', path } as const
    return [{ host, pattern, answer: { kind: 'target', target }, fallback: false }]
  })
  const hosts = [...rules.map(({ host }) => host), ...(table.hosts ?? [])]
  return {
    ...hostRules(byHost(rules), hosts, { hostFallthrough, defaultTarget: table.defaultTarget }),
    notes,
    isGuarded: true,
  }
}

function choiceRules(host: string | undefined, target: IngressTarget, notes: string[]): ProfileRule[] {
  const rules = target.choices!.map(({ expression, target: chosen }): ProfileRule => {
    if (parseExpression(expression) === undefined) {
      notes.push(`Requests of ${host ?? 'all hosts'} are compared without examples for the expression ${expression}.`)
    }
    return { host, pattern: servedPattern(expression), answer: { kind: 'target', target: chosen }, fallback: false }
  })
  return target.otherwise === undefined ? rules : [...rules, fallbackRule(host, target.otherwise)]
}

/** Compared by the engine that serves, and read by the one that finds examples. */
function servedPattern(source: string): PathPattern {
  const expression = parseExpression(source) ?? parseExpression('/')!
  const fits = (path: string) => chooseByPath({ choices: [{ expression: source, target: true }] }, path) === true
  return { kind: 'expression', source, expression, whole: false, ignoreCase: true, fits }
}
