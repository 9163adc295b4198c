import Router from '@medley/router'
import { patternsOf, perHost, type Rival } from './rival.ts'

export const medleyRouter: Rival = {
  name: '@medley/router',
  build: perHost(paths => {
    const router = new Router<{ target: number }>({ storeFactory: () => ({ target: -1 }) })
    for (const [pattern, target] of patternsOf(paths, '*')) router.register(pattern).target = target
    return path => router.find(path)?.store.target
  }),
}
