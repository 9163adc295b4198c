import type { Exchange } from '../exchange.ts'
import { failure, type RequestFailure } from '../failure.ts'
import type { RoutePolicy } from '../route-options.ts'
import type { ConnectionLimit } from './connection-limit.ts'

const forbidden = failure('forbidden')
const rateLimited = failure('rate-limited')
const tooMany = failure('overloaded', 'connections')
const tooLarge = failure('body-too-large')

/** Why a route does not let a request in: its address, how often it asks, how much it sends; `undefined` if it does. */
export function gate<T>(exchange: Exchange<T>, policy: RoutePolicy): RequestFailure | undefined {
  const { allow, deny, options } = policy
  const { client } = exchange
  if (deny?.has(client) === true || allow?.has(client) === false) return forbidden
  const unlimited = policy.unlimited?.has(client) === true
  const limited = unlimited ? undefined : limit(exchange, policy)
  if (limited !== undefined) return limited
  const length = exchange.head?.contentLength ?? 0
  const most = options.maxBodyBytes ?? 0
  return most > 0 && length > most ? tooLarge : undefined
}

function limit<T>(exchange: Exchange<T>, { rateLimit, connectionLimit }: RoutePolicy): RequestFailure | undefined {
  if (rateLimit !== undefined && !rateLimit.admits(exchange.client, performance.now())) return rateLimited
  return connectionLimit === undefined || countsIn(exchange, connectionLimit) ? undefined : tooMany
}

function countsIn<T>({ client, response }: Exchange<T>, connectionLimit: ConnectionLimit): boolean {
  const end = connectionLimit.begin(client)
  // First of those who hear of it: with the end of this request, the next one of its connection begins.
  if (end !== undefined) response.prependOnceListener('close', end)
  return end !== undefined
}
