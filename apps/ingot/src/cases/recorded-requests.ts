import { requestClasses } from '@ingot/core/request-classes'
import { hostExamples } from '../diff/host-examples.ts'
import { pathExamples } from '../profiles/path-examples.ts'
import type { RoutingView } from '../view/routing-view.ts'

/** Requests that belong together, and what they have in common. */
export interface RecordedRequests {
  readonly what: string
  readonly urls: readonly string[]
}

/** A path element and a label that manifests hardly have. */
const ANY = 'any'

/**
 * Requests of every kind that the manifests tell apart; and for what is easily got wrong, those just inside and just
 * outside of a Prefix and of a wildcard.
 */
export function* recordedRequests(view: RoutingView): Generator<RecordedRequests, void> {
  const schemeOf = schemes(view)
  yield* view.profile === undefined ? requestsByTable(view, schemeOf) : requestsByProfile(view, schemeOf)
}

function* requestsByTable({ table, matching }: RoutingView, schemeOf: SchemeOf): Generator<RecordedRequests, void> {
  const wildcards = new Set<string>()
  for (const { host, path, covers } of requestClasses([table], matching)) {
    const origin = `${schemeOf(host)}://${host}`
    const where = covers.host ?? 'every other host'
    if (covers.host?.startsWith('*.') && !wildcards.has(covers.host)) {
      wildcards.add(covers.host)
      yield besideWildcard(covers.host, schemeOf)
    }
    if (covers.pathType === 'Exact') yield { what: `${where}${covers.path}, exactly`, urls: [origin + path] }
    else if (covers.path === '/') yield { what: `every other path of ${where}`, urls: [origin + path] }
    else {
      const plain = path.replace(/\/$/, '')
      yield {
        what: `${where}${covers.path} and below`,
        urls: [...new Set([origin + path, `${origin}${plain}/${ANY}`])],
      }
      yield { what: `what only begins like ${where}${plain}`, urls: [`${origin}${plain}-${ANY}`] }
    }
  }
}

/** A wildcard stands for one label. */
function besideWildcard(wildcard: string, schemeOf: SchemeOf): RecordedRequests {
  const parent = wildcard.slice(2)
  const hosts = [parent, `${ANY}.${ANY}.${parent}`]
  return { what: `hosts that ${wildcard} does not cover`, urls: hosts.map(host => `${schemeOf(host)}://${host}/`) }
}

function* requestsByProfile({ profile }: RoutingView, schemeOf: SchemeOf): Generator<RecordedRequests, void> {
  for (const host of hostExamples(profile!.hosts)) {
    const { paths } = pathExamples(profile!.rulesFor(host).map(({ pattern }) => pattern))
    for (const path of paths) yield { what: `${host}${path}`, urls: [`${schemeOf(host)}://${host}${path}`] }
  }
}

type SchemeOf = (host: string) => 'http' | 'https'

/** Clients ask by https for hosts with a certificate. */
function schemes({ translation }: RoutingView): SchemeOf {
  const { hosts } = translation.tls
  return host => (hosts.has(host) || hosts.has(host.replace(/^[^.]+/, '*')) ? 'https' : 'http')
}
