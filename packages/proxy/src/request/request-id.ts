import { randomBytes } from 'node:crypto'
import type { RawHeaders } from '../transport/transport.ts'
import type { ClientConnection } from './client-connection.ts'
import { joined } from './forward-headers.ts'

/** The X-Request-Id of a trusted peer if it is well-formed, or a new one. */
export function requestId(raw: RawHeaders, connection: ClientConnection): string {
  const given = connection.trusted ? joined(raw, 'x-request-id') : undefined
  return given !== undefined && /^[\w.:+=/-]{1,128}$/.test(given) ? given : nextId()
}

// Unique among all processes by chance, and within one by counting: nobody needs to be unable to guess it.
const ownPart = randomBytes(12).toString('hex')
let count = 0

function nextId(): string {
  count = (count + 1) % 0x1_0000_0000
  return ownPart + (count + 0x1_0000_0000).toString(16).slice(1)
}
