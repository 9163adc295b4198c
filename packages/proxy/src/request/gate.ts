import type { Exchange } from '../exchange.ts'
import { failure, type RequestFailure } from '../failure.ts'
import type { RoutePolicy } from '../route-options.ts'

const forbidden = failure('forbidden')
const rateLimited = failure('rate-limited')
const tooLarge = failure('body-too-large')

/** Why a route does not let a request in: its address, how often it asks, how much it sends; `undefined` if it does. */
export function gate<T>(exchange: Exchange<T>, policy: RoutePolicy): RequestFailure | undefined {
  const { allow, deny, rateLimit, options } = policy
  const { client } = exchange
  if (deny?.has(client) === true || allow?.has(client) === false) return forbidden
  if (rateLimit !== undefined && !rateLimit.admits(client, performance.now())) return rateLimited
  const length = exchange.head?.contentLength ?? 0
  const limit = options.maxBodyBytes ?? 0
  return limit > 0 && length > limit ? tooLarge : undefined
}
