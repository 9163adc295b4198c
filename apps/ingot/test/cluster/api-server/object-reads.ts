import type { ServerResponse } from 'node:http'
import type { ApiObject } from '../../../src/cluster/api-object.ts'
import type { ApiRequest } from './api-request.ts'
import { badRequest, expired, Refused } from './api-status.ts'
import type { Change, ObjectStore } from './object-store.ts'
import { fieldTest, labelTest } from './selectors.ts'

type Test = (object: ApiObject) => boolean

/** The objects that a request selects, in pages that all show the same moment. */
export function listObjects(store: ObjectStore, request: ApiRequest): Record<string, unknown> {
  const { kind, query } = request
  const { revision, from } = readToken(store, query)
  const limit = Number(query.get('limit') ?? 0) || Number.POSITIVE_INFINITY
  const selected = store.list(kind.plural, revision).filter(selects(request))
  const start = from === undefined ? 0 : selected.findIndex(object => nameOf(object) >= from)
  const items = start < 0 ? [] : selected.slice(start, start + limit)
  const next = start < 0 ? undefined : selected[start + limit]
  const metadata = {
    resourceVersion: String(revision),
    ...(next !== undefined && {
      continue: Buffer.from(JSON.stringify({ revision, from: nameOf(next) })).toString('base64url'),
      remainingItemCount: selected.length - start - limit,
    }),
  }
  // The items of a list do not say what they are.
  const bare = items.map(({ apiVersion: _a, kind: _k, ...item }) => item)
  return { kind: `${kind.kind}List`, apiVersion: kind.apiVersion, metadata, items: bare }
}

function readToken(store: ObjectStore, query: URLSearchParams): { revision: number; from?: string } {
  const token = query.get('continue') ?? ''
  if (token === '') return { revision: readExactRevision(store, query) }
  const { revision, from } = JSON.parse(Buffer.from(token, 'base64url').toString())
  if (revision < store.compacted) throw expired('The provided continue parameter is too old')
  return { revision, from }
}

function readExactRevision(store: ObjectStore, query: URLSearchParams): number {
  if (query.get('resourceVersionMatch') !== 'Exact') return store.revision
  const revision = Number(query.get('resourceVersion'))
  if (revision < store.compacted) throw expired('The provided resource version is too old')
  return revision
}

function selects({ kind, namespace, query }: ApiRequest): Test {
  const field = query.get('fieldSelector') ?? ''
  const label = query.get('labelSelector') ?? ''
  const tests: Test[] = [
    ...(namespace === undefined ? [] : [(object: ApiObject) => object.metadata.namespace === namespace]),
    ...(field === '' ? [] : [fieldTest(field, kind)]),
    ...(label === '' ? [] : [labelTest(label)]),
  ]
  return object => tests.every(test => test(object))
}

export interface WatchTiming {
  /** Milliseconds between bookmarks. */
  readonly bookmarkInterval: number
  /** Say that a version is too old in the stream, as servers with a cache do, or with the status of the answer. */
  readonly goneInStream: boolean
}

/** Sends what a request selects and happens from its version on, until it is over. */
export function watchObjects(
  store: ObjectStore,
  request: ApiRequest,
  response: ServerResponse,
  timing: WatchTiming,
): void {
  const { kind, query } = request
  const test = selects(request)
  const asked = query.get('resourceVersion') ?? ''
  const revision = asked === '' || asked === '0' ? undefined : readRevision(asked)
  if (revision !== undefined && revision > store.revision) {
    throw new Refused(504, 'Timeout', `Too large resource version: ${revision}, current: ${store.revision}`)
  }
  const gone =
    revision !== undefined && revision + 1 < store.compacted ? expired('too old resource version') : undefined
  if (gone !== undefined && !timing.goneInStream) throw gone
  response.writeHead(200, { 'content-type': 'application/json' })
  response.flushHeaders()
  const send = (type: string, object: unknown) => response.write(`${JSON.stringify({ type, object })}\n`)
  if (gone !== undefined) {
    send('ERROR', gone.status)
    response.end()
    return
  }
  const tell = (change: Change) => {
    if (change.plural !== kind.plural) return
    const event = eventOf(change, test)
    if (event !== undefined) send(...event)
  }
  if (revision === undefined) for (const object of store.list(kind.plural).filter(test)) send('ADDED', object)
  else for (const change of store.changesSince(revision)) tell(change)
  const stopListening = store.listen(tell)
  const { apiVersion, kind: name } = kind
  const sendBookmark = () =>
    send('BOOKMARK', { apiVersion, kind: name, metadata: { resourceVersion: String(store.revision) } })
  const wantsBookmarks = query.get('allowWatchBookmarks') === 'true'
  const bookmarks = wantsBookmarks ? setInterval(sendBookmark, timing.bookmarkInterval) : undefined
  const end = setTimeout(() => response.end(), Number(query.get('timeoutSeconds') ?? 1800) * 1000)
  response.on('close', () => {
    stopListening()
    clearInterval(bookmarks)
    clearTimeout(end)
  })
}

/** An object that begins to be selected is added, one that ceases is deleted, whatever really happened to it. */
function eventOf({ object, previous, revision }: Change, test: Test): [string, ApiObject] | undefined {
  const now = object !== undefined && test(object)
  const before = previous !== undefined && test(previous)
  if (now) return [before ? 'MODIFIED' : 'ADDED', object]
  if (!before) return undefined
  return ['DELETED', { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } }]
}

function readRevision(text: string): number {
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version: ${text}`)
  return Number(text)
}

function nameOf({ metadata: { namespace, name } }: ApiObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}
