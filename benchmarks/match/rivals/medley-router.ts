import type { Route } from '@ingot/core'
import Router from '@medley/router'
import { patternsOf, perHost, type Rival } from './rival.ts'

export const medleyRouter: Rival = {
  name: '@medley/router',
  build: perHost(paths => {
    const router = new Router<{ route?: Route<number> }>({ storeFactory: () => ({}) })
    for (const [pattern, route] of patternsOf(paths, '*')) router.register(pattern).route = route
    return path => router.find(path)?.store.route
  }),
}
