import { createServer, type Server, type ServerResponse } from 'node:http'
import findMyWay from 'find-my-way'
import { requestExplainer } from '../explain/explain-request.ts'
import { listRoutes } from '../routes/format-routes.ts'
import type { Generation } from './control-loop.ts'

/** What the admin server tells about. */
export interface AdminState {
  readonly live: Generation | undefined
  readonly draining: boolean
}

/** `/healthz`, `/readyz`, `/metrics`, `/routes` and `/explain?url=`, for operators: not to be exposed to clients. */
export function createAdminServer(state: AdminState, metrics: () => Promise<string>): Server {
  const router = findMyWay({ defaultRoute: (_, response) => sendText(response, 404, 'not found\n') })

  router.get('/healthz', (_, response) => sendText(response, 200, 'ok\n'))

  router.get('/readyz', (_, response) => {
    if (state.draining) return sendText(response, 503, 'draining\n')
    return state.live === undefined ? sendText(response, 503, 'starting\n') : sendText(response, 200, 'ready\n')
  })

  router.get('/metrics', async (_, response) => {
    try {
      const text = await metrics()
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text)
    } catch {
      sendText(response, 500, 'the metrics could not be collected\n')
    }
  })

  router.get('/routes', (_, response) => {
    const { live } = state
    if (live === undefined) return sendText(response, 503, 'starting\n')
    return sendJson(response, { generation: live.number, routes: listRoutes(live), diagnostics: live.diagnostics })
  })

  router.get('/explain', (_, response, _params, _store, query) => {
    const { live } = state
    if (live === undefined) return sendText(response, 503, 'starting\n')
    const { url } = query
    if (typeof url !== 'string')
      return sendText(response, 400, 'which URL? /explain?url=http://shop.example.com/cart\n')
    return sendJson(response, requestExplainer(live)({ url }))
  })

  const server = createServer((request, response) => router.lookup(request, response))
  // Without file descriptors a connection cannot be accepted; that must not end the program.
  server.on('error', () => {})
  return server
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(value, undefined, 2)}\n`)
}
