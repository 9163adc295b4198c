import type { Route, RouteTable } from '@ingot/core'
import { linearMatcher } from '@ingot/core/linear'

/** Answers by the reference matcher, given only the routes whose host pattern can cover the request's host. */
export function oracle(table: RouteTable<number>): (host: string, path: string) => Route<number> | undefined {
  const byHost = Map.groupBy(table.routes, route => route.host)
  return (host, path) => {
    const candidates: Route<number>[] = []
    for (const pattern of [host, `*${host.slice(host.indexOf('.'))}`, undefined])
      candidates.push(...(byHost.get(pattern) ?? []))
    return linearMatcher({ routes: candidates }).match(host, path)?.route
  }
}
