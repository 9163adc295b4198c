import type { Endpoint } from './upstream.ts'

/** What a policy may go by. */
export interface PickContext {
  /** The client's address. */
  readonly client: string
  /** The values of a request field by its lower-case name, joined by commas; `undefined` without it. */
  header(lowerName: string): string | undefined
}

/** Chooses one of the endpoints that may be chosen; there is at least one. */
export interface Policy {
  pick(candidates: readonly Endpoint[], context: PickContext): Endpoint
}

/** How an endpoint is chosen among those that can take a request. */
export type PolicyOptions =
  /** Each in its turn. */
  | { readonly name: 'round-robin' }
  /** The one with the fewest requests under way. */
  | { readonly name: 'least-requests' }
  /** The less busy of two chosen at random: nearly as even as looking at all, and never a stampede. */
  | { readonly name: 'power-of-two' }
  /** Always the same for a key while the endpoints stay the same; when one goes, only its keys move. */
  | { readonly name: 'consistent-hash'; readonly key: 'client' | { readonly header: string } }

/** A policy with its own state. */
export function createPolicy(options: PolicyOptions): Policy {
  switch (options.name) {
    case 'round-robin':
      return roundRobin()
    case 'least-requests':
      return leastRequests()
    case 'power-of-two':
      return powerOfTwo()
    case 'consistent-hash':
      return consistentHash(options.key)
  }
}

function roundRobin(): Policy {
  let turn = -1
  return {
    pick(candidates) {
      turn = (turn + 1) % candidates.length
      return candidates[turn]!
    },
  }
}

function leastRequests(): Policy {
  let turn = -1
  return {
    pick(candidates) {
      // Of equals each has its turn: otherwise an idle upstream's first endpoint would do all the work.
      turn = (turn + 1) % candidates.length
      let best = candidates[turn]!
      for (let i = 1; i < candidates.length; i++) {
        const candidate = candidates[(turn + i) % candidates.length]!
        if (candidate.inFlight < best.inFlight) best = candidate
      }
      return best
    },
  }
}

function powerOfTwo(): Policy {
  return {
    pick(candidates) {
      const count = candidates.length
      const first = Math.floor(Math.random() * count)
      if (count === 1) return candidates[first]!
      const second = (first + 1 + Math.floor(Math.random() * (count - 1))) % count
      const [a, b] = [candidates[first]!, candidates[second]!]
      return b.inFlight < a.inFlight ? b : a
    },
  }
}

/** Rendezvous hashing: each endpoint has a score for a key, and the highest wins. Stateless, so replicas agree. */
function consistentHash(key: 'client' | { readonly header: string }): Policy {
  const name = key === 'client' ? undefined : key.header.toLowerCase()
  return {
    pick(candidates, context) {
      const keyHash = hash((name === undefined ? undefined : context.header(name)) ?? context.client)
      let best = candidates[0]!
      let bestScore = -1
      for (const candidate of candidates) {
        const score = mix(keyHash ^ candidate.hash)
        if (score > bestScore) [best, bestScore] = [candidate, score]
      }
      return best
    },
  }
}

/** FNV-1a over UTF-16 code units: 32 bits, the same on every machine. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/** Spreads every bit over all (the finaliser of MurmurHash3), so that similar names score independently. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
