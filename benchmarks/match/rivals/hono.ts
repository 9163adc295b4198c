import type { Route } from '@ingot/core'
import type { Router } from 'hono/router'
import { LinearRouter } from 'hono/router/linear-router'
import { PatternRouter } from 'hono/router/pattern-router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { patternsOf, perHost, type Rival } from './rival.ts'

/** hono gives every handler that fits in the order of registration, so the longest has to be added first. */
function honoRival(
  name: string,
  create: () => Router<Route<number>>,
  limits: Pick<Rival, 'upTo' | 'skips'> = {},
): Rival {
  const build = perHost(paths => {
    const router = create()
    for (const [pattern, route] of patternsOf(paths, '*')) router.add('GET', pattern, route)
    return path => router.match('GET', path)[0][0]?.[0]
  })
  return {
    name,
    build,
    upTo: { routes: 100_000, reason: 'one router a host needs more memory than there is' },
    ...limits,
  }
}

const deep = { D: 'its one expression outgrows the engine' }
const scans = { D: 'reads thousands of patterns a request' }

export const honoRivals: readonly Rival[] = [
  honoRival('hono RegExpRouter', () => new RegExpRouter(), { skips: deep }),
  honoRival('hono TrieRouter', () => new TrieRouter()),
  honoRival('hono SmartRouter', () => new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] }), {
    skips: deep,
  }),
  honoRival('hono PatternRouter', () => new PatternRouter(), { skips: scans }),
  honoRival('hono LinearRouter', () => new LinearRouter(), { skips: scans }),
]
