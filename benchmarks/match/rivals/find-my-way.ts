import type { RouteTable } from '@ingot/core'
import FindMyWay from 'find-my-way'
import { type Find, pathsOf, patternsOf, perHost, type Rival } from './rival.ts'

export const findMyWay: Rival = {
  name: 'find-my-way',
  build: perHost(paths => {
    const router = FindMyWay()
    for (const [pattern, route] of patternsOf(paths, '*')) router.on('GET', pattern, () => {}, route)
    return path => router.find('GET', path)?.store
  }),
  upTo: { routes: 100_000, reason: 'one instance a host needs more memory than there is' },
}

/** One router for all hosts, by its own `host` constraint; a wildcard is an expression. */
export const findMyWayHosts: Rival = {
  name: 'find-my-way by host',
  build: table => ({ find: findIn(table) }),
  upTo: { routes: 10_000, reason: 'it takes at most 31 hosts with the same path' },
}

function findIn(table: RouteTable<number>): Find {
  const router = FindMyWay()
  for (const [host, routes] of Map.groupBy(table.routes, route => route.host)) {
    const options = host === undefined ? {} : { constraints: { host: constraintOf(host) } }
    for (const [pattern, route] of patternsOf(pathsOf(routes), '*')) router.on('GET', pattern, options, () => {}, route)
  }
  return (host, path) => router.find('GET', path, { host })?.store
}

function constraintOf(host: string): string | RegExp {
  return host.startsWith('*.') ? new RegExp(`^[^.]+${host.slice(1).replaceAll('.', '\\.')}$`) : host
}
