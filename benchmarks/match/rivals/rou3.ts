import type { Route } from '@ingot/core'
import { addRoute, createRouter, findRoute } from 'rou3'
import { patternsOf, perHost, type Rival } from './rival.ts'

export const rou3: Rival = {
  name: 'rou3',
  build: perHost(paths => {
    const router = createRouter<Route<number>>()
    for (const [pattern, route] of patternsOf(paths, '**')) addRoute(router, 'GET', pattern, route)
    return path => findRoute(router, 'GET', path)?.data
  }),
  skips: { L: 'one router a host needs more memory than there is' },
}
