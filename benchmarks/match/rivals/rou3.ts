import { addRoute, createRouter, findRoute } from 'rou3'
import { patternsOf, perHost, type Rival } from './rival.ts'

export const rou3: Rival = {
  name: 'rou3',
  build: perHost(paths => {
    const router = createRouter<{ target: number }>()
    for (const [pattern, target] of patternsOf(paths, '**')) addRoute(router, 'GET', pattern, { target })
    return path => findRoute(router, 'GET', path)?.data.target
  }),
  skips: { L: 'one router a host needs more memory than there is' },
}
