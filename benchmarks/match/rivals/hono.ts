import type { Router } from 'hono/router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { TrieRouter } from 'hono/router/trie-router'
import { type HostPaths, patternsOf, perHost, type Rival } from './rival.ts'

/** hono gives every handler that fits in the order of registration, so the longest has to be added first. */
function routerOf(create: () => Router<number>): (paths: HostPaths) => (path: string) => number | undefined {
  return paths => {
    const router = create()
    for (const [pattern, target] of patternsOf(paths, '*')) router.add('GET', pattern, target)
    return path => router.match('GET', path)[0][0]?.[0]
  }
}

export const honoRegExp: Rival = {
  name: 'hono RegExpRouter',
  build: perHost(routerOf(() => new RegExpRouter<number>())),
  skips: { D: 'its one expression outgrows the engine', L: 'one expression a host needs more memory than there is' },
}

export const honoTrie: Rival = {
  name: 'hono TrieRouter',
  build: perHost(routerOf(() => new TrieRouter<number>())),
  skips: { L: 'one router a host needs more memory than there is' },
}
