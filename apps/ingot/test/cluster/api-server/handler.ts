import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { type ApiRequest, readApiRequest } from './api-request.ts'
import { badRequest, Refused } from './api-status.ts'
import { listObjects, type WatchTiming, watchObjects } from './object-reads.ts'
import type { ObjectStore } from './object-store.ts'
import { ObjectWrites } from './object-writes.ts'

export interface HandlerOptions {
  readonly store: ObjectStore
  readonly watch: WatchTiming
  /** Tokens that are let in; everybody, if there are none. */
  readonly tokens: ReadonlySet<string>
}

/** Answers requests as an API server does. */
export function apiHandler(options: HandlerOptions): RequestListener {
  const writes = new ObjectWrites(options.store)
  return (message, response) => {
    answer(message, response, options, writes).catch(error => {
      if (!(error instanceof Refused)) throw error
      send(response, error.code, error.status)
    })
  }
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  { store, watch, tokens }: HandlerOptions,
  writes: ObjectWrites,
): Promise<void> {
  const token = message.headers.authorization?.replace('Bearer ', '') ?? ''
  if (tokens.size > 0 && !tokens.has(token)) throw new Refused(401, 'Unauthorized', 'Unauthorized')
  const request = readApiRequest(message)
  if (request === undefined) throw new Refused(404, 'NotFound', 'the server could not find the requested resource')
  if (request.verb === 'watch') watchObjects(store, request, response, watch)
  else if (request.verb === 'list') send(response, 200, listObjects(store, request))
  else if (request.verb === 'get') send(response, 200, writes.read(request))
  else await write(message, response, request, writes)
}

async function write(
  message: IncomingMessage,
  response: ServerResponse,
  request: ApiRequest,
  writes: ObjectWrites,
): Promise<void> {
  if (request.verb === 'delete') return send(response, 200, writes.delete(request))
  const body = await json(message).catch(() => {
    throw badRequest('the body is not JSON')
  })
  if (request.verb === 'create') return send(response, 201, writes.create(request, body))
  if (request.verb === 'update') return send(response, 200, writes.update(request, body))
  if (message.headers['content-type'] !== 'application/merge-patch+json') {
    throw new Refused(415, 'UnsupportedMediaType', 'only merge patches are understood')
  }
  send(response, 200, writes.patch(request, body))
}

function send(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
