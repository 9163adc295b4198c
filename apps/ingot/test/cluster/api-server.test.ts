import { afterEach, describe, expect, it } from 'vitest'
import type { WatchEvent } from '../../src/cluster/api-answers.ts'
import type { ApiClient } from '../../src/cluster/api-client.ts'
import { ApiError } from '../../src/cluster/api-error.ts'
import { configMaps, namespaces } from '../../src/cluster/api-resources.ts'
import { mergePatch } from './api-server/merge-patch.ts'
import { type ApiServer, type ApiServerOptions, startApiServer } from './api-server.ts'
import { clientOf, configMap, freshNamespace } from './test-clusters.ts'

/** What can be seen of the API server of the tests alone; what it shares with a real one is in api-contract.test.ts. */
describe('the API server of the tests', () => {
  let server: ApiServer
  let client: ApiClient

  async function start(options: ApiServerOptions = {}): Promise<void> {
    server = await startApiServer(options)
    client = clientOf(server, { timeout: 2_000 })
  }

  afterEach(async () => {
    await client.close()
    await server.stop()
  })

  async function read(watch: AsyncIterable<WatchEvent>, count: number): Promise<string[]> {
    const types: string[] = []
    for await (const event of watch) {
      types.push(event.type)
      if (types.length === count) break
    }
    return types
  }

  async function refusal(promise: Promise<unknown>): Promise<string> {
    const error = await promise.catch(error => error)
    return error instanceof ApiError ? `${error.code} ${error.reason}` : String(error)
  }

  it('sends bookmarks with the newest version to those who want them', async () => {
    await start({ bookmarkInterval: 20 })
    const { resourceVersion } = await client.list(configMaps)
    await client.create(configMaps, configMap('default', 'a', {}))
    const versions: (string | undefined)[] = []
    for await (const { object } of client.watch(configMaps, { resourceVersion, timeoutSeconds: 5 })) {
      versions.push(object.metadata.resourceVersion)
      if (versions.length === 3) break
    }
    expect(new Set(versions).size).toBe(1)
  })

  it.each([true, false])('says that a version is gone in the stream or at once: %s', async goneInStream => {
    await start({ goneInStream })
    const { resourceVersion } = await client.list(configMaps)
    for (const name of ['a', 'b']) await client.create(configMaps, configMap('default', name, {}))
    server.store.compact()
    let opened = false
    const onOpen = () => {
      opened = true
    }
    const watch = client.watch(configMaps, { resourceVersion, timeoutSeconds: 5, onOpen })
    expect(await refusal(read(watch, 1))).toBe('410 Expired')
    expect(opened).toBe(goneInStream)
  })

  it('can be away and come back with all it had, on the same address', async () => {
    await start()
    await client.create(configMaps, configMap('default', 'a', {}))
    await server.goAway()
    expect(await refusal(client.list(configMaps))).toBe('0 Unreachable')
    await server.comeBack()
    expect((await client.list(configMaps)).items).toHaveLength(1)
  })

  it('deletes with a namespace all that is in it', async () => {
    await start()
    const namespace = await freshNamespace(client)
    await client.create(configMaps, configMap(namespace, 'a', {}))
    await client.delete(namespaces, { name: namespace })
    expect((await client.list(configMaps)).items).toEqual([])
  })

  it('carries out a request whose answer it loses', async () => {
    await start()
    server.faults.add({ verb: 'create' }, { loseAnswer: true }, 1)
    expect(await refusal(client.create(configMaps, configMap('default', 'a', {})))).toBe('0 Unreachable')
    expect(await refusal(client.create(configMaps, configMap('default', 'a', {})))).toBe('409 AlreadyExists')
  })

  it('answers late when it is told to', async () => {
    await start()
    server.faults.add({ verb: 'list' }, { delay: 150 }, 1)
    const before = performance.now()
    await client.list(configMaps)
    expect(performance.now() - before).toBeGreaterThanOrEqual(149)
  })

  it('stalls the watches that it is told to, and no others', async () => {
    await start()
    const { resourceVersion } = await client.list(configMaps)
    const other = clientOf(server, { userAgent: 'other' })
    const options = { resourceVersion, timeoutSeconds: 1, margin: 200 }
    const stalled = read(client.watch(configMaps, options), 1)
    const alive = read(other.watch(configMaps, options), 1)
    await expect.poll(() => server.faults.watches()).toBe(2)
    server.faults.stall({ client: 'ingot' })
    await client.create(configMaps, configMap('default', 'a', {}))
    expect(await alive).toEqual(['ADDED'])
    expect(await refusal(stalled)).toBe('0 TimedOut')
    await other.close()
  })

  it('knows nothing of kinds that are not in its table', async () => {
    await start()
    const pods = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }
    expect(await refusal(client.list(pods))).toBe('404 NotFound')
  })
})

describe('a merge patch', () => {
  // The examples of RFC 7396, appendix A.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('of %j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result)
  })
})
