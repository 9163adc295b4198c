import { linearMatcher } from '@ingot/core/linear'
import type { Rival } from './rival.ts'

/** The reference matcher itself: every route, every request. */
export const naiveScan: Rival = {
  name: 'naive scan',
  build: table => {
    const matcher = linearMatcher(table)
    return { find: (host, path) => matcher.match(host, path)?.route }
  },
  upTo: { routes: 1_000, reason: 'milliseconds a request' },
}
