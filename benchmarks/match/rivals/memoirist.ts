import { Memoirist } from 'memoirist'
import { patternsOf, perHost, type Rival } from './rival.ts'

export const memoirist: Rival = {
  name: 'memoirist',
  build: perHost(paths => {
    const router = new Memoirist<number>()
    for (const [pattern, target] of patternsOf(paths, '*')) router.add('GET', pattern, target)
    return path => router.find('GET', path)?.store
  }),
}
