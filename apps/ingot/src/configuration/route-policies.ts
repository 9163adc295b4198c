import { readFileSync } from 'node:fs'
import type { Route } from '@ingot/core'
import { type Backend, formatName, type IngressTarget, type RouteAsks } from '@ingot/kubernetes'
import type { AffinityOptions, BackendDescription, RouteOptions, UpstreamOptions, UpstreamTls } from '@ingot/proxy'
import { withGroup } from '../view/affinity-group.ts'
import type { ConfiguredRouteOptions, ConfiguredUpstreamOptions, Override } from './route-options.schema.ts'
import type { Configuration } from './schema.ts'

type PathChange = NonNullable<RouteOptions['rewrite']>

/** Where an override may be looked for. */
interface Place {
  readonly host?: string | undefined
  readonly ingress?: string | undefined
  readonly service?: string | undefined
}

/** What routes and Services ask for, by the configuration. */
export class RoutePolicies {
  readonly #routes: ConfiguredRouteOptions
  readonly #upstreams: ConfiguredUpstreamOptions
  readonly #overrides: readonly Override[]
  /** By the overrides that fit and what annotations ask for. */
  readonly #positions = new Map<string, number | undefined>()
  /** Read once: configuration does not change while the program runs. */
  readonly #authorityFiles = new Map<string, string>()
  #list: RouteOptions[] = []
  #classes: ReadonlyMap<string, RouteOptions> = new Map()
  /** The class of an Ingress, by its name. */
  #classOf: (ingress: string) => string | undefined = () => undefined

  constructor({ routes, upstreams, overrides }: Pick<Configuration, 'routes' | 'upstreams' | 'overrides'>) {
    this.#routes = routes
    this.#upstreams = upstreams
    this.#overrides = overrides
  }

  /** Every policy that some route has asked for since `startAgain`. */
  get list(): readonly RouteOptions[] {
    return this.#list
  }

  /** What the parameters of classes ask for, for the routes of the Ingresses that have these classes. */
  setClasses(
    classes: ReadonlyMap<string, RouteOptions>,
    classOf: (ingress: string) => string | undefined = () => undefined,
  ): void {
    this.#classes = classes
    // Mostly there are none, and then nobody has to look for the class of each route.
    this.#classOf = classes.size === 0 ? () => undefined : classOf
  }

  /** Forgets what routes of before have asked for: annotations change, and must not be kept for ever. */
  startAgain(): void {
    this.#list = []
    this.#positions.clear()
  }

  /** The position in `list` of the policy of a route; `undefined` if it asks for nothing. */
  positionOf(host: Route<unknown>['host'], { backend, ingress, asks }: IngressTarget): number | undefined {
    const place = { host, ingress: ingress && formatName(ingress), service: serviceOf(backend) }
    const fitting = this.#overrides.filter(({ match, routes }) => routes !== undefined && fits(match, place))
    const className = place.ingress === undefined ? undefined : this.#classOf(place.ingress)
    const key = `${className ?? ''} ${fitting.map(override => this.#overrides.indexOf(override)).join()} ${asks ? JSON.stringify(asks) : ''}`
    if (!this.#positions.has(key))
      this.#positions.set(key, this.#add(fitting, this.#classes.get(className ?? ''), asks))
    return this.#positions.get(key)
  }

  /** How requests are spread over the endpoints of a backend, and how these are spoken to over TLS. */
  upstream(backend: Backend): Pick<BackendDescription, 'options' | 'tls'> {
    const { tls, ...merged } = this.#configured(backend)
    return { options: toUpstreamOptions(merged, backend), tls: tls && this.#toTls(tls) }
  }

  /** How a backend keeps its clients. */
  affinityOf(backend: Backend): AffinityOptions | undefined {
    const { affinity } = this.#configured(backend)
    return affinity && withGroup(affinity, backend)
  }

  #configured({ namespace, service, affinity }: Backend): ConfiguredUpstreamOptions {
    const place = { service: service && `${namespace}/${service.name}` }
    const fitting = this.#overrides.filter(({ match, upstreams }) => upstreams !== undefined && fits(match, place))
    return Object.assign({}, this.#upstreams, affinity && { affinity }, ...fitting.map(({ upstreams }) => upstreams))
  }

  #toTls({ verify, caFile, serverName }: NonNullable<ConfiguredUpstreamOptions['tls']>): UpstreamTls {
    return {
      ...(verify !== undefined && { verify }),
      ...(caFile !== undefined && { ca: this.#authorities(caFile) }),
      ...(serverName !== undefined && { servername: serverName }),
    }
  }

  #authorities(file: string): string {
    const known = this.#authorityFiles.get(file) ?? readFileSync(file, 'latin1')
    this.#authorityFiles.set(file, known)
    return known
  }

  /** What operators say of some routes comes last, so that it wins over what Ingresses ask for. */
  #add(fitting: readonly Override[], ofClass: RouteOptions = {}, asks: RouteAsks = {}): number | undefined {
    const merged = [this.#routes, ...fitting.map(({ routes }) => routes ?? {})].map(toRouteOptions)
    const options: RouteOptions = Object.assign({}, merged[0], ofClass, asks, ...merged.slice(1))
    if (Object.keys(options).length === 0) return undefined
    return this.#list.push(options) - 1
  }
}

/** The same as the proxy says it. */
export function toRouteOptions({ rewrite, redirect, ...same }: ConfiguredRouteOptions): RouteOptions {
  const { path, ...rest } = redirect ?? {}
  return {
    ...same,
    ...(rewrite !== undefined && { rewrite: rewrite as PathChange }),
    ...(redirect !== undefined && { redirect: { ...rest, ...(path !== undefined && { path: path as PathChange }) } }),
  }
}

function toUpstreamOptions(options: ConfiguredUpstreamOptions, backend: Backend): UpstreamOptions {
  const { policy, hashBy = 'client', affinity, ejection, retryBudget } = options
  const { maxConcurrency, maxQueue, queueTimeout, slowStart } = options
  const { enabled = true, ...ejecting } = ejection ?? {}
  const key = hashBy === 'client' ? hashBy : { header: hashBy }
  return {
    ...(policy !== undefined && { policy: policy === 'consistent-hash' ? { name: policy, key } : { name: policy } }),
    ...(affinity !== undefined && { affinity: withGroup(affinity, backend) }),
    ...(ejection !== undefined && { ejection: enabled && ejecting }),
    ...(retryBudget !== undefined && { retryBudget }),
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    ...(maxQueue !== undefined && { maxQueue }),
    ...(queueTimeout !== undefined && { queueTimeout }),
    ...(slowStart !== undefined && { slowStart }),
  }
}

/** `namespace/service:port` without the port. */
function serviceOf(backend: string): string {
  const colon = backend.lastIndexOf(':')
  return colon < 0 ? backend : backend.slice(0, colon)
}

function fits(match: Override['match'], place: Place): boolean {
  if (match.host !== undefined && match.host !== place.host) return false
  return fitsName(match.ingress, place.ingress) && fitsName(match.service, place.service)
}

function fitsName(pattern: string | undefined, name: string | undefined): boolean {
  if (pattern === undefined || pattern === name) return true
  return name !== undefined && pattern.endsWith('/*') && name.startsWith(pattern.slice(0, -1))
}
