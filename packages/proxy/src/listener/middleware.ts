import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ProxyHandler } from '../handler.ts'

/** A function as Express, Connect and others of their kind mount it. */
export type ProxyMiddleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/**
 * Serves what `handler` takes, and leaves the rest to the program it is mounted in. Where a program mounts it under a
 * path, routes still see the whole path: that is what `originalUrl` holds. It has to come before whatever reads bodies.
 */
export function proxyMiddleware(handler: ProxyHandler): ProxyMiddleware {
  return (request: IncomingMessage & { originalUrl?: string }, response, next) => {
    const { url, originalUrl = url } = request
    request.url = originalUrl
    if (handler.takes(request)) return handler.request(request, response)
    request.url = url
    next()
  }
}
