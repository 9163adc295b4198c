import { isIP } from 'node:net'
import type { AddressSet } from './address-set.ts'
import { plainAddress } from './client-connection.ts'

/** The longest X-Forwarded-For that is read, in entries: a chain of real proxies is far shorter. */
const maxHops = 32

/**
 * The client's address: the rightmost entry of X-Forwarded-For that no trusted proxy wrote about another trusted proxy.
 * Entries left of it were written by somebody nobody vouches for.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trustedProxies: AddressSet): string {
  if (forwardedFor === undefined || !trustedProxies.has(peer)) return peer
  const hops = forwardedFor.split(',').slice(-maxHops)
  let client = peer
  for (let i = hops.length - 1; i >= 0; i--) {
    const hop = plainAddress(hops[i]!.trim())
    if (isIP(hop) === 0) return client
    client = hop
    if (!trustedProxies.has(hop)) return client
  }
  return client
}
