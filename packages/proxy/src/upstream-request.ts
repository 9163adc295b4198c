import type { Exchange } from './exchange.ts'
import { failure } from './failure.ts'
import { checkFields } from './hooks.ts'
import type { ProxySettings } from './proxy-options.ts'
import type { Grant } from './request/external-authentication.ts'
import { forwardHeaders, joined } from './request/forward-headers.ts'
import { RequestBody } from './request/request-body.ts'
import { announcedTrailers, type TrailerRules } from './request/request-trailers.ts'
import type { UpstreamRequest } from './transport/transport.ts'

/** The request as the upstream receives it. */
export function toUpstream<T>(
  exchange: Exchange<T>,
  settings: ProxySettings<T>,
  awaitsContinue: boolean,
  grant: Grant | undefined,
): UpstreamRequest {
  const { policy } = exchange
  const head = exchange.head!
  const target = exchange.target!
  const headers = receivedFields(exchange, settings)
  grant?.request(headers)
  const trailers = head.hasBody ? trailerRules(exchange, settings, grant) : undefined
  const trailer = trailers && announcedTrailers(trailers)
  if (trailer !== undefined) headers.push('Trailer', trailer)
  policy?.editRequest?.(headers)
  if (settings.hooks.beforeRequest !== undefined) {
    settings.hooks.beforeRequest(exchange, headers)
    checkFields(headers)
  }
  const path = policy?.rewrite?.(target.path, exchange.match?.route.path ?? '/') ?? target.path
  return {
    method: exchange.method,
    path: path + target.query,
    headers,
    body: trailers && readableBody(exchange, settings, trailers, awaitsContinue),
  }
}

function trailerRules<T>(
  { request, head }: Exchange<T>,
  { keepUnderscores }: ProxySettings<T>,
  grant: Grant | undefined,
): TrailerRules {
  // A length that was told leaves no room for trailers in HTTP/1.1, where they would have to be announced.
  const announced = head!.contentLength === undefined ? joined(request.rawHeaders, 'trailer') : undefined
  return { head: head!, keepUnderscores, announced, isFramed: request.httpVersionMajor >= 2, granted: grant?.names }
}

/** The client's fields as they are passed on, and what the proxy tells of the client. */
export function receivedFields<T>(
  exchange: Exchange<T>,
  { trustedProxies, keepUnderscores }: ProxySettings<T>,
): string[] {
  const { request, connection, requestId } = exchange
  const { authority } = exchange.target!
  const head = exchange.head!
  return forwardHeaders({
    raw: request.rawHeaders,
    head,
    authority,
    connection,
    requestId,
    trustedProxies,
    keepUnderscores,
  })
}

const idleBody = failure('request-timeout', 'body')

function readableBody<T>(
  exchange: Exchange<T>,
  settings: ProxySettings<T>,
  trailers: TrailerRules,
  awaitsContinue: boolean,
): RequestBody {
  const { maxBodyBytes: maxBytes = settings.maxBodyBytes, bodyIdleTimeout: idle = settings.bodyIdleTimeout } =
    exchange.policy?.options ?? {}
  return new RequestBody(
    exchange.request,
    exchange.head?.contentLength,
    { maxBytes, idle, trailers, bytesBefore: exchange.connection.bytesBefore },
    {
      onStart: () => {
        if (awaitsContinue) exchange.response.writeContinue()
      },
      onIdle: () => {
        // With its response under way, a request over HTTP/2 is half of a conversation, in which one may keep silent.
        if (exchange.request.httpVersionMajor < 2 || !exchange.response.headersSent) exchange.fail(idleBody)
      },
    },
  )
}
