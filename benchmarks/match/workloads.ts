import type { Route, RouteTable } from '@ingot/core'
import { Random, zipf } from './random.ts'

/** What a benchmark matches: routes whose targets are their positions, and requests in random order. */
export interface Workload {
  readonly table: RouteTable<number>
  readonly requests: readonly (readonly [host: string, path: string])[]
}

export type WorkloadName = 'S' | 'M' | 'D' | 'L'

export const workloads: Record<
  WorkloadName,
  { readonly title: string; readonly generate: (seed: number) => Workload }
> = {
  S: { title: '10 hosts x 10 paths', generate: seed => shops(new Random(seed), 10, 10, 0, 65_536) },
  M: {
    title: '1,000 hosts x 20 paths, a tenth wildcards',
    generate: seed => shops(new Random(seed), 1_000, 20, 0.1, 65_536),
  },
  D: { title: '1 host x 10,000 deep paths', generate: seed => deep(new Random(seed), 10_000, 65_536) },
  L: {
    title: '100,000 hosts x 10 paths, Zipf',
    generate: seed => {
      const random = new Random(seed)
      return shops(random, 100_000, 10, 0.1, 262_144, zipf(100_000, random))
    },
  },
}

const SUBJECTS =
  'account admin api app asset audit auth basket billing blog cart catalog chat checkout claim config contact content coupon course customer data delivery device docs download event export feed file forum gateway graph health help hook image import index inventory invoice item job key label ledger legal list log login mail map media member menu message metric model news note notice offer order page partner payment photo plan portal post price print product profile promo quote rate report return review reward role rule sale search secret sensor session setting shipment shop signup site stats status stock store stream survey tag task team ticket token tool track user vendor video voucher wallet webhook wiki zone'.split(
    ' ',
  )
const DOMAINS = ['example.com', 'example.org', 'shop.example.net', 'apps.example.io']

function word(random: Random): string {
  return random.fraction() < 0.5 ? random.pick(SUBJECTS) : `${random.pick(SUBJECTS)}-${random.pick(SUBJECTS)}`
}

/** `count` different things, in the order they were first made. */
function distinct(count: number, make: () => string): string[] {
  const made = new Set<string>()
  while (made.size < count) made.add(make())
  return [...made]
}

/** Many hosts with a few paths each: the usual cluster. */
function shops(
  random: Random,
  hostCount: number,
  pathCount: number,
  wildcards: number,
  requestCount: number,
  nextHost: () => number = () => random.below(hostCount),
): Workload {
  const team = () => `${random.pick(SUBJECTS)}${random.below(100)}`
  const hosts = distinct(hostCount, () => {
    const first = random.fraction() < wildcards ? '*' : word(random)
    return `${first}.${team()}.${random.pick(DOMAINS)}`
  })
  const routes = hosts.flatMap(host =>
    ['/', ...distinct(pathCount - 1, () => shopPath(random))].map(path => routeTo(host, path, random)),
  )
  return workload(routes, requestCount, random, () => nextHost() * pathCount + random.below(pathCount))
}

function shopPath(random: Random): string {
  const elements = Array.from({ length: 1 + random.below(3) }, () => word(random))
  return `/${random.fraction() < 0.3 ? 'api/v1/' : ''}${elements.join('/')}`
}

/** One host with a tree of paths, most of them deep: a monolith behind one name. */
function deep(random: Random, pathCount: number, requestCount: number): Workload {
  const grown: string[] = ['']
  const paths = distinct(pathCount, () => {
    const path = `${random.pick(grown)}/${word(random)}`
    if (path.length < 40) grown.push(path)
    return path
  })
  const routes = paths.map(path => routeTo('monolith.apps.example.com', path, random))
  return workload(routes, requestCount, random, () => random.below(pathCount))
}

/** Numbers the routes; a fifth are Exact. */
function routeTo(host: string, path: string, random: Random): Omit<Route<number>, 'target'> {
  return { host, path, pathType: path !== '/' && random.fraction() < 0.2 ? 'Exact' : 'Prefix' }
}

function workload(
  patterns: readonly Omit<Route<number>, 'target'>[],
  requestCount: number,
  random: Random,
  nextRoute: () => number,
): Workload {
  // Parsed, as configuration is: strings put together from parts would stay ropes, and slow down whoever compares them.
  const routes: Route<number>[] = JSON.parse(
    JSON.stringify(patterns.map((pattern, target) => ({ ...pattern, target }))),
  )
  const requests = Array.from({ length: requestCount }, () => requestFor(routes[nextRoute()] as Route<number>, random))
  return { table: { routes }, requests }
}

/** A request near a route: mostly below it or at it, sometimes beside it; about 55 characters with its host. */
function requestFor(route: Route<number>, random: Random): readonly [string, string] {
  const host = (route.host as string).replace('*', () => word(random))
  const base = route.path === '/' ? '' : route.path
  const kind = random.fraction()
  if (kind < 0.1) return [host, `${base || '/'}x/${word(random)}`]
  if (route.pathType === 'Exact' || kind < 0.3) return [host, route.path]
  let path = `${base}/${word(random)}`
  while (host.length + path.length < 50) path += `/${random.below(100_000)}`
  return [host, path]
}
