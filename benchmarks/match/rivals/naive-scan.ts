import { linearMatcher } from '@ingot/core/linear'
import type { Rival } from './rival.ts'

/** The reference matcher itself: every route, every request. */
export const naiveScan: Rival = {
  name: 'linear (the reference)',
  build: table => {
    const matcher = linearMatcher(table)
    return (host, path) => matcher.match(host, path)?.route
  },
  skips: { M: 'milliseconds a request', D: 'milliseconds a request', L: 'minutes a request' },
}
