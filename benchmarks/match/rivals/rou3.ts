import type { Route } from '@ingot/core'
import { addRoute, createRouter, findRoute, type RouterContext } from 'rou3'
import { compileRouter } from 'rou3/compiler'
import { type HostPaths, patternsOf, perHost, type Rival } from './rival.ts'

function routerOf(paths: HostPaths): RouterContext<Route<number>> {
  const router = createRouter<Route<number>>()
  for (const [pattern, route] of patternsOf(paths, '**')) addRoute(router, 'GET', pattern, route)
  return router
}

export const rou3: Rival = {
  name: 'rou3',
  build: perHost(paths => {
    const router = routerOf(paths)
    return path => findRoute(router, 'GET', path)?.data
  }),
  upTo: { routes: 100_000, reason: 'one router a host needs more memory than there is' },
}

/** It writes a function for each host and has the engine compile it (`new Function`). */
export const rou3Compiled: Rival = {
  name: 'rou3 compiled',
  build: perHost(paths => {
    const find = compileRouter(routerOf(paths))
    return path => find('GET', path)?.data
  }),
  upTo: { routes: 20_000, reason: 'one compiled function a host takes minutes and more memory than there is' },
}
