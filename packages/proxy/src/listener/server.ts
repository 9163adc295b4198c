import type { Server, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import { failure, failureBody } from '../failure.ts'
import type { ProxyHandler } from '../handler.ts'
import { mayUpgrade } from '../request/request-head.ts'

/**
 * Options for `http.createServer` that let nothing doubtful through to the handler and let no client hold a connection
 * for nothing. Times in milliseconds.
 */
export function serverOptions(upgrades: readonly string[] = ['websocket']): ServerOptions {
  return {
    insecureHTTPParser: false,
    // The handler wants exactly one Host; Node only wants one.
    requireHostHeader: false,
    maxHeaderSize: 16 * 1024,
    headersTimeout: 30_000,
    // A long upload is no fault: what is idle is limited by the handler.
    requestTimeout: 0,
    keepAliveTimeout: 75_000,
    connectionsCheckingInterval: 5_000,
    noDelay: true,
    // An upgrade nobody allows is passed over, as RFC 9110 7.8 lets a server do, instead of ending in a tunnel.
    shouldUpgradeCallback: request =>
      mayUpgrade(request) && upgrades.includes((request.headers.upgrade ?? '').toLowerCase()),
  }
}

/** Lets `handler` answer everything that `server`, made with {@link serverOptions}, receives. */
export function attachProxy(server: Server, handler: ProxyHandler): void {
  // Node drops fields above this number without a word; the handler refuses, so it has to see them.
  server.maxHeadersCount = 0
  // A client that has said all it will may still listen. Over TLS Node ends both sides at once.
  if (!('setSecureContext' in server)) (server as Server & { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen = true
  server.on('request', handler.request)
  server.on('checkContinue', handler.checkContinue)
  // Node would answer 417 itself, but without a body and without a record.
  server.on('checkExpectation', handler.request)
  server.on('upgrade', handler.upgrade)
  server.on('clientError', (error, socket) => handler.clientError(error, socket as Socket))
  server.on('connect', (_, socket) => {
    const body = failureBody(failure('method-not-allowed'))
    socket.on('error', () => socket.destroy())
    socket.end(`HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  })
}
