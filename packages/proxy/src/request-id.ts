import { randomUUID } from 'node:crypto'
import type { ClientConnection } from './client-connection.ts'
import { joined } from './forward-headers.ts'
import type { RawHeaders } from './transport.ts'

/** The X-Request-Id of a trusted peer if it is well-formed, or a new one. */
export function requestId(raw: RawHeaders, connection: ClientConnection): string {
  const given = connection.trusted ? joined(raw, 'x-request-id') : undefined
  return given !== undefined && /^[\w.:+=/-]{1,128}$/.test(given) ? given : randomUUID()
}
