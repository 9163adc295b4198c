import type { Endpoint } from './upstream.ts'

/** What a policy may go by. */
export interface PickContext {
  /** The client's address, for policies that keep a client with an endpoint. */
  readonly client: string
}

/** Chooses one of the endpoints that may be chosen; `undefined` only of none. */
export interface Policy {
  pick(candidates: readonly Endpoint[], context: PickContext): Endpoint | undefined
}

/** The policies by name. */
export type PolicyName = 'round-robin' | 'least-requests'

/** A policy with its own state. */
export function createPolicy(name: PolicyName): Policy {
  return name === 'round-robin' ? roundRobin() : leastRequests()
}

/** Each endpoint in its turn. */
export function roundRobin(): Policy {
  let turn = 0
  return {
    pick(candidates) {
      if (candidates.length === 0) return undefined
      turn = (turn + 1) % candidates.length
      return candidates[turn]
    },
  }
}

/** The endpoint with the fewest requests under way; of equals, each in its turn. */
export function leastRequests(): Policy {
  let turn = 0
  return {
    pick(candidates) {
      turn = (turn + 1) % Math.max(candidates.length, 1)
      let best: Endpoint | undefined
      for (let i = 0; i < candidates.length; i++) {
        const candidate = candidates[(turn + i) % candidates.length]!
        if (best === undefined || candidate.inFlight < best.inFlight) best = candidate
      }
      return best
    },
  }
}
