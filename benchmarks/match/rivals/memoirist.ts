import type { Route } from '@ingot/core'
import { Memoirist } from 'memoirist'
import { patternsOf, perHost, type Rival } from './rival.ts'

export const memoirist: Rival = {
  name: 'memoirist',
  build: perHost(paths => {
    const router = new Memoirist<Route<number>>()
    for (const [pattern, route] of patternsOf(paths, '*')) router.add('GET', pattern, route)
    return path => router.find('GET', path)?.store
  }),
}
