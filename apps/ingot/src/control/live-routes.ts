import type { MatcherOptions, Route, RouteTable } from '@ingot/core'
import { type ChangedTranslation, formatName, type HostChanges, type IngressTarget } from '@ingot/kubernetes'
import type { RoutePolicies } from '../configuration/route-policies.ts'
import { shareMatcher } from '../data-plane/shared-matcher.ts'
import type { LiveRoutes, LiveTarget, RouteChanges, TrafficUpdate } from '../data-plane/traffic-update.ts'
import { type RoutingPicture, sameBackend } from '../view/routing-picture.ts'
import { EqualTexts } from './equal-texts.ts'

/** How routes are matched, and by whom. */
interface FeedOptions {
  readonly matching: MatcherOptions
  /** Whether threads read one compiled form, which what they change for themselves is no part of. */
  readonly shares: boolean
}

/** Says what is to be done where traffic is served, so that it follows the routes that there are. */
export class LiveRoutesFeed {
  readonly #policies: RoutePolicies
  readonly #options: FeedOptions
  #texts = new EqualTexts()
  /** How many policies they have been told of. */
  #told = 0
  /** How many hosts or policies may change until all is said anew. */
  #left = 0

  constructor(policies: RoutePolicies, options: FeedOptions) {
    this.#policies = policies
    this.#options = options
  }

  /** All routes. */
  everything({ table }: Pick<RoutingPicture, 'table'>): Pick<TrafficUpdate, 'routes'> {
    this.#policies.startAgain()
    this.#texts = new EqualTexts()
    const live: RouteTable<LiveTarget> = {
      routes: table.routes.map(route => this.#liveRoute(route)),
      ...(table.hosts !== undefined && { hosts: table.hosts }),
      ...(table.defaultTarget !== undefined && { defaultTarget: this.#liveTarget(undefined, table.defaultTarget) }),
    }
    const { hostFallthrough = 'none' } = this.#options.matching
    const policies = [...this.#policies.list]
    this.#told = policies.length
    this.#left = 64 + (this.#options.shares ? table.routes.length / 8 : 1000 + 2 * policies.length)
    const routes: LiveRoutes = { matcher: shareMatcher(live, { hostFallthrough }), policies }
    return { routes }
  }

  /** What has changed; nothing, if no route may have. */
  changes(translation: ChangedTranslation): Pick<TrafficUpdate, 'routes' | 'changes'> {
    const { changes } = translation
    if (changes.hosts.size === 0 && !changes.defaultTarget) return {}
    this.#left -= this.#options.shares ? changes.hosts.size : 0
    if (this.#left < 0) return this.everything(translation)
    const hosts = new Map([...changes.hosts].map(([host, settled]) => [host, this.#liveHost(settled)] as const))
    const defaultTarget = changes.defaultTarget && { defaultTarget: { is: this.#liveDefault(translation) } }
    return { changes: { hosts, ...defaultTarget, policies: this.#newPolicies() } }
  }

  #liveDefault({ table: { defaultTarget } }: Pick<RoutingPicture, 'table'>): LiveTarget | undefined {
    return defaultTarget && this.#liveTarget(undefined, defaultTarget)
  }

  #newPolicies(): RouteChanges['policies'] {
    const policies = this.#policies.list.slice(this.#told)
    this.#told += policies.length
    // Policies that no route has any more go only when all is said anew.
    if (!this.#options.shares) this.#left -= policies.length
    return policies
  }

  #liveHost(settled: HostChanges extends ReadonlyMap<unknown, infer S> ? S : never) {
    return settled?.claimed ? settled.routes.map(route => this.#liveRoute(route)) : undefined
  }

  #liveRoute(route: Route<IngressTarget>): Route<LiveTarget> {
    return { ...route, target: this.#liveTarget(route.host, route.target) }
  }

  #liveTarget(host: string | undefined, target: IngressTarget): LiveTarget {
    return liveTarget(target, this.#texts, one => this.#policies.positionOf(host, one))
  }
}

/**
 * Whether two targets are one for whoever serves traffic: the same backend under the same options. The options of all
 * routes are looked up when the first question comes.
 */
export function sameLiveTarget(picture: Pick<RoutingPicture, 'table'>, policies: RoutePolicies) {
  let known: Map<IngressTarget, number | undefined> | undefined
  const policyOf = (target: IngressTarget) => {
    known ??= new Map(
      picture.table.routes.flatMap(({ host, target }) =>
        [target, ...targetsWithin(target)].map(one => [one, policies.positionOf(host, one)] as const),
      ),
    )
    return known.has(target) ? known.get(target) : policies.positionOf(undefined, target)
  }
  return (a: IngressTarget, b: IngressTarget) => sameBackend(a, b) && policyOf(a) === policyOf(b)
}

/** The targets that a target leads on to. */
function targetsWithin({ choices = [], otherwise }: IngressTarget): IngressTarget[] {
  const chosen = choices.map(({ target }) => target)
  return otherwise === undefined ? chosen : [...chosen, otherwise]
}

function liveTarget(
  of: IngressTarget,
  texts: EqualTexts,
  policyOf: (of: IngressTarget) => number | undefined,
): LiveTarget {
  const { backend, ingress, kind, rule, path, canary, choices, otherwise } = of
  const policy = policyOf(of)
  const named = texts.one(ingress === undefined ? kind : formatName(ingress))
  // No spread for most: what is spread lies in a second place in memory, and each request would wait for both.
  const live = { backend: texts.one(backend), ingress: named, rule, path, policy }
  if (canary === undefined && choices === undefined && otherwise === undefined) return live
  return {
    ...live,
    // A canary takes all that its main route asks for, and only the backend is its own.
    ...(canary && { canary: { options: canary.ask, target: liveTarget(canary.target, texts, () => policy) } }),
    ...(choices && {
      choices: choices.map(({ expression, target }) => ({ expression, target: liveTarget(target, texts, policyOf) })),
    }),
    ...(otherwise && { otherwise: liveTarget(otherwise, texts, policyOf) }),
  }
}
