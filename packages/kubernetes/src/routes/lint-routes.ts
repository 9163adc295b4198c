import type { Route } from '@ingot/core'
import { type Diagnostic, diagnose } from '../diagnostic.ts'
import { describeIngress } from '../ingress-target.ts'
import type { RuleRoutes, WrittenRoute } from './build-routes.ts'

/** What the author should know of routes that meet on one host (semantics 5.3, 7.4, 7.5, 12.3). Order: oldest first. */
export function lintRoutes(claims: readonly RuleRoutes[]): Diagnostic[] {
  const written = claims.flatMap(({ routes }) => routes)
  if (written.length === 1 && claims.length === 1) return []
  const firsts = new Map<string, WrittenRoute>()
  const diagnostics: Diagnostic[] = []
  for (const candidate of written) {
    const key = keyOf(candidate.route)
    const first = firsts.get(key)
    if (first === undefined) firsts.set(key, candidate)
    else diagnostics.push(duplicate(candidate, first))
  }
  for (const candidate of firsts.values()) {
    const slashed = firsts.get(keyOf({ ...candidate.route, pathType: 'Prefix', path: `${candidate.route.path}/` }))
    if (slashed !== undefined) diagnostics.push(besideSlash(candidate, slashed))
  }
  return [...diagnostics, ...hostsAcrossNamespaces(claims)]
}

function keyOf({ path, pathType }: Pick<Route<unknown>, 'path' | 'pathType'>): string {
  return `${pathType} ${path}`
}

function duplicate(loser: WrittenRoute, winner: WrittenRoute): Diagnostic {
  const { route, ingress } = loser
  const same = ingress === winner.ingress
  const crosses = ingress.metadata.namespace !== winner.ingress.metadata.namespace
  const where = `${route.host ?? 'every host'}${route.path}`
  const whose = same
    ? `an earlier path of the same Ingress`
    : `${describeIngress(winner.ingress.metadata)}, which comes first`
  const message = `${describeIngress(ingress.metadata)} claims ${where} (${route.pathType}), and so does ${whose}; this one never receives a request.`
  return diagnose(
    crosses ? 'duplicate-path-across-namespaces' : 'duplicate-path',
    { object: ingress.object, field: loser.field },
    message,
    { related: [{ object: winner.ingress.object, field: winner.field }], request: exampleUrl(route) },
  )
}

/** `/foo` beside the Prefix `/foo/`, which is the longer and wins where both match. */
function besideSlash(plain: WrittenRoute, slashed: WrittenRoute): Diagnostic {
  const { route, ingress } = plain
  const details = { related: [{ object: slashed.ingress.object, field: slashed.field }], request: exampleUrl(route) }
  const place = { object: ingress.object, field: plain.field }
  const other = `the Prefix ${slashed.route.path} of ${describeIngress(slashed.ingress.metadata)}`
  if (route.pathType === 'Exact') {
    const message = `A request for ${route.path} goes to this Exact path, although ${other} matches it too and is longer.`
    return diagnose('exact-before-slash-prefix', place, message, details)
  }
  const message = `The Prefix ${route.path} never receives a request: ${other} matches the same requests, and the longer one wins.`
  return diagnose('shadowed-path', place, message, details)
}

/** A URL that both routes match. */
function exampleUrl({ host, path }: Route<unknown>): string {
  return `http://${host === undefined ? 'any.example' : host.replace('*', 'any')}${path}`
}

/** One diagnostic for each namespace beside that of the oldest Ingress. */
function hostsAcrossNamespaces(claims: readonly RuleRoutes[]): Diagnostic[] {
  const [first] = claims
  if (first?.host === undefined) return []
  const told = new Set([first.ingress.metadata.namespace])
  return claims.flatMap(claim => {
    const { namespace } = claim.ingress.metadata
    if (told.has(namespace)) return []
    told.add(namespace)
    return [sharedHost(claim, first)]
  })
}

function sharedHost({ ingress, host, rule }: RuleRoutes, first: RuleRoutes): Diagnostic {
  const message = `The host ${host} is used by ${describeIngress(ingress.metadata)} and by ${describeIngress(first.ingress.metadata)}, in different namespaces.`
  return diagnose(
    'host-in-several-namespaces',
    { object: ingress.object, field: ['spec', 'rules', rule, 'host'] },
    message,
    {
      related: [{ object: first.ingress.object, field: ['spec', 'rules', first.rule, 'host'] }],
    },
  )
}
