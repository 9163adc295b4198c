import type { Route, RouteTable } from '@ingot/core'
import { Random, zipf } from './random.ts'

/** What a benchmark matches: routes whose targets are their positions, and requests in random order. */
interface Workload {
  readonly table: RouteTable<number>
  readonly requests: readonly (readonly [host: string, path: string])[]
}

/** How a workload is made. */
export interface Recipe {
  readonly title: string
  /** About how many routes it has. */
  readonly routes: number
  readonly generate: (seed: number) => Workload
}

export type WorkloadName = 'S' | 'M' | 'D' | 'L' | 'R'

export const workloads: Record<WorkloadName, Recipe> = {
  S: { title: '10 hosts x 10 paths', routes: 100, generate: seed => shops(new Random(seed), 10, 10, 0, 65_536) },
  M: {
    title: '1,000 hosts x 20 paths, a tenth wildcards',
    routes: 20_000,
    generate: seed => shops(new Random(seed), 1_000, 20, 0.1, 65_536),
  },
  D: { title: '1 host x 10,000 deep paths', routes: 10_000, generate: seed => deep(new Random(seed), 10_000, 65_536) },
  L: {
    title: '100,000 hosts x 10 paths, Zipf',
    routes: 1_000_000,
    generate: seed => {
      const random = new Random(seed)
      return shops(random, 100_000, 10, 0.1, 262_144, zipf(100_000, random))
    },
  },
  R: {
    title: '10,000 hosts as in public clusters: one or two paths, a long tail, Zipf',
    routes: 20_000,
    generate: seed => cluster(new Random(seed), 10_000, 131_072),
  },
}

/** How cost grows: with the number of rules, ten paths a host, or with the number of a path's elements. */
export const sweeps = {
  rules: [10, 100, 1_000, 10_000, 100_000, 1_000_000],
  depth: [1, 2, 4, 8, 16, 32],
} as const

export type SweepName = keyof typeof sweeps

const recipeOf: Record<SweepName, (size: number) => Recipe> = {
  rules: count => ({
    title: `${count.toLocaleString('en')} rules`,
    routes: count,
    generate: seed => shops(new Random(seed), count / 10, 10, 0.1, Math.max(16_384, Math.min(262_144, count))),
  }),
  depth: depth => ({
    title: `${depth} elements`,
    routes: 1_000,
    generate: seed => ofDepth(new Random(seed), depth, 65_536),
  }),
}

/** By its letter, or as `rules-1000` or `depth-8`. Throws if there is none of that name. */
export function workloadNamed(name: string): Recipe {
  const [sweep, size] = name.split('-')
  const recipe = workloads[name as WorkloadName] ?? recipeOf[sweep as SweepName]?.(Number(size))
  if (recipe === undefined) throw new Error(`there is no workload ${name}`)
  return recipe
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

/** A hundred hosts with ten paths of so many elements each; requests are for exactly one of them. */
function ofDepth(random: Random, depth: number, requestCount: number): Workload {
  const hosts = distinct(100, () => `${word(random)}.${random.pick(DOMAINS)}`)
  const path = () => Array.from({ length: depth }, () => `/${random.pick(SUBJECTS)}`).join('')
  const routes = hosts.flatMap(host => distinct(10, path).map((path): Pattern => ({ host, path, pathType: 'Prefix' })))
  const { table } = workload(routes, 0, random, () => 0)
  const requests = Array.from({ length: requestCount }, () => {
    const { host, path } = random.pick(table.routes)
    return [host as string, path] as const
  })
  return { table, requests }
}

/**
 * One or two paths a host, a long tail of hosts with up to 60, one host in thirty a wildcard. TLS itself does not matter
 * to a matcher; what does is that one host in seven has it and therefore the long Exact path of an ACME challenge.
 */
function cluster(random: Random, hostCount: number, requestCount: number): Workload {
  const hosts = distinct(hostCount, () => {
    const first = random.fraction() < 1 / 30 ? '*' : word(random)
    return `${first}.${random.pick(SUBJECTS)}${random.below(100)}.${random.pick(DOMAINS)}`
  })
  const routes = hosts.flatMap(host => clusterPaths(host, random))
  const firsts = hosts.map(() => 0)
  const counts = hosts.map(() => 0)
  const indexOf = new Map(hosts.map((host, index) => [host, index]))
  for (const [position, { host }] of routes.entries()) {
    const index = indexOf.get(host as string) as number
    if (counts[index] === 0) firsts[index] = position
    counts[index] = (counts[index] as number) + 1
  }
  const nextHost = zipf(hostCount, random)
  return workload(routes, requestCount, random, () => {
    const host = nextHost()
    return (firsts[host] as number) + random.below(counts[host] as number)
  })
}

function clusterPaths(host: string, random: Random): Pattern[] {
  const kind = random.fraction()
  const more = kind < 0.6 ? 0 : kind < 0.92 ? 1 : 2 + Math.floor(58 * random.fraction() ** 4)
  const paths = ['/', ...distinct(more, () => shopPath(random))].map(path => routeTo(host, path, random))
  if (host.startsWith('*') || random.fraction() >= 1 / 7) return paths
  const token = Array.from({ length: 43 }, () => random.pick(BASE64URL)).join('')
  return [...paths, { host, path: `/.well-known/acme-challenge/${token}`, pathType: 'Exact' }]
}

const BASE64URL = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']

type Pattern = Omit<Route<number>, 'target'>

/** Numbers the routes; a fifth are Exact. */
function routeTo(host: string, path: string, random: Random): Pattern {
  return { host, path, pathType: path !== '/' && random.fraction() < 0.2 ? 'Exact' : 'Prefix' }
}

function workload(
  patterns: readonly Pattern[],
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
