import { compile, type Match, measure } from '@ingot/core'
import type { Rival } from './rival.ts'

export const ingot: Rival = {
  name: 'ingot',
  build: table => {
    const matcher = compile(table)
    return (host, path) => matcher.match(host, path)
  },
  routeOf: found => (found as Match<number>).route,
  compiledBytes: table => measure(compile(table)).bytes,
}
