import type { Route } from '@ingot/core'
import type { Router } from 'hono/router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { TrieRouter } from 'hono/router/trie-router'
import { type FindPath, type HostPaths, patternsOf, perHost, type Rival } from './rival.ts'

/** hono gives every handler that fits in the order of registration, so the longest has to be added first. */
function routerOf(create: () => Router<Route<number>>): (paths: HostPaths) => FindPath {
  return paths => {
    const router = create()
    for (const [pattern, route] of patternsOf(paths, '*')) router.add('GET', pattern, route)
    return path => router.match('GET', path)[0][0]?.[0]
  }
}

export const honoRegExp: Rival = {
  name: 'hono RegExpRouter',
  build: perHost(routerOf(() => new RegExpRouter<Route<number>>())),
  skips: { D: 'its one expression outgrows the engine', L: 'one expression a host needs more memory than there is' },
}

export const honoTrie: Rival = {
  name: 'hono TrieRouter',
  build: perHost(routerOf(() => new TrieRouter<Route<number>>())),
  skips: { L: 'one router a host needs more memory than there is' },
}
