import type { Exchange } from './exchange.ts'
import { failure } from './failure.ts'
import { checkFields } from './hooks.ts'
import type { ProxySettings } from './proxy-options.ts'
import type { Grant } from './request/external-authentication.ts'
import { forwardHeaders, joined } from './request/forward-headers.ts'
import { RequestBody } from './request/request-body.ts'
import type { RequestHead } from './request/request-head.ts'
import { announcedTrailers } from './request/request-trailers.ts'
import type { UpstreamRequest } from './transport/transport.ts'

/** The request as the upstream receives it. */
export function toUpstream<T>(
  exchange: Exchange<T>,
  settings: ProxySettings<T>,
  awaitsContinue: boolean,
  grant: Grant | undefined,
): UpstreamRequest {
  const { request, policy } = exchange
  const head = exchange.head!
  const target = exchange.target!
  const headers = receivedFields(exchange, settings)
  grant?.request(headers)
  const trailer = isOpenEnded(head)
    ? announcedTrailers(joined(request.rawHeaders, 'trailer'), { head, ...settings })
    : undefined
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
    body: head.hasBody ? readableBody(exchange, settings, awaitsContinue) : undefined,
  }
}

/** Whether only its end tells how long a request is, so that trailers may follow. */
function isOpenEnded({ hasBody, contentLength }: RequestHead): boolean {
  return hasBody && contentLength === undefined
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

function readableBody<T>(exchange: Exchange<T>, settings: ProxySettings<T>, awaitsContinue: boolean): RequestBody {
  const { maxBodyBytes: maxBytes = settings.maxBodyBytes, bodyIdleTimeout: idle = settings.bodyIdleTimeout } =
    exchange.policy?.options ?? {}
  return new RequestBody(
    exchange.request,
    exchange.head?.contentLength,
    { maxBytes, idle, trailers: { head: exchange.head!, keepUnderscores: settings.keepUnderscores } },
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
