import FindMyWay from 'find-my-way'
import { patternsOf, perHost, type Rival } from './rival.ts'

export const findMyWay: Rival = {
  name: 'find-my-way',
  build: perHost(paths => {
    const router = FindMyWay()
    for (const [pattern, route] of patternsOf(paths, '*')) router.on('GET', pattern, () => {}, route)
    return path => router.find('GET', path)?.store
  }),
  skips: { L: 'one instance a host needs more memory than there is' },
}
