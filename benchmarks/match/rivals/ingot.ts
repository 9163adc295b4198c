import { type CompiledMatcher, compile, type Match, matchBytes, measure, type RouteTable, update } from '@ingot/core'
import type { Rival, Update } from './rival.ts'

const both = {
  routeOf: (found: object) => (found as Match<number>).route,
  compiledBytes: (table: RouteTable<number>) => measure(compile(table)).bytes,
}

export const ingot: Rival = {
  name: 'ingot',
  build: table => {
    const matcher = compile(table)
    return { find: (host, path) => matcher.match(host, path), update: updaterOf(matcher) }
  },
  ...both,
}

export const ingotBytes: Rival = {
  name: 'ingot bytes',
  build: table => {
    const matcher = compile(table)
    return {
      find: (host, path) => {
        const bytes = Buffer.from(host + path, 'latin1')
        return matchBytes(matcher, bytes, 0, host.length, host.length, bytes.length)
      },
      findBytes: (bytes, hostStart, hostEnd, pathStart, pathEnd) =>
        matchBytes(matcher, bytes, hostStart, hostEnd, pathStart, pathEnd),
      update: updaterOf(matcher),
    }
  },
  ...both,
}

function updaterOf(matcher: CompiledMatcher<number>): Update {
  let current = matcher
  return (_, routes) => {
    current = update(current, { upsert: { routes } })
  }
}
