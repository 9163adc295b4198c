import { expect, it } from 'vitest'
import type { Selection } from '../../src/cluster/api-client.ts'
import type { ApiObject } from '../../src/cluster/api-object.ts'
import { secrets } from '../../src/cluster/api-resources.ts'
import type { ObjectChange } from '../../src/cluster/known-versions.ts'
import { Reflector, type ReflectorHealth, type ReflectorTuning } from '../../src/cluster/reflector.ts'
import { eventually, inCluster } from './in-cluster.ts'
import { freshNamespace, secret } from './test-clusters.ts'

const quick: ReflectorTuning = {
  pageSize: 3,
  watchSeconds: 30,
  watchMargin: 200,
  backoff: { base: 10, limit: 100 },
}

/** What a reflector has told, and what is there by it. */
class Told {
  readonly batches: (readonly ObjectChange[])[] = []
  readonly health: ReflectorHealth[] = []
  readonly objects = new Map<string, ApiObject>()

  async read(reflector: Reflector): Promise<void> {
    for await (const batch of reflector) {
      this.batches.push(batch)
      for (const { key, object } of batch) {
        if (object === undefined) this.objects.delete(key)
        else this.objects.set(key, object)
      }
    }
  }

  /** Each change as `+name` or `-name`, without the first batch. */
  get news(): string[] {
    return this.batches
      .slice(1)
      .flatMap(batch => batch.map(({ key, object }) => `${object === undefined ? '-' : '+'}${key.split('/').at(-1)}`))
  }

  get names(): string[] {
    return [...this.objects.values()].map(object => object.metadata.name).sort()
  }

  text(name: string): string {
    const object = [...this.objects.values()].find(candidate => candidate.metadata.name === name)
    const data = object?.data as { token?: string } | undefined
    return Buffer.from(data?.token ?? '', 'base64').toString()
  }
}

inCluster('a reflector before $name', cluster => {
  const mine = { client: 'reflector' }

  async function reflect(options: { tuning?: ReflectorTuning; timeout?: number } & Selection = {}): Promise<Told> {
    const told = begin(options)
    await eventually(() => told.batches.length).toBeGreaterThan(0)
    await eventually(() => cluster.faults.watches(mine)).toBeGreaterThan(0)
    return told
  }

  function begin({
    tuning = quick,
    timeout = 2_000,
    ...selection
  }: { tuning?: ReflectorTuning; timeout?: number } & Selection): Told {
    const client = cluster.client('reflector', { timeout })
    const told = new Told()
    const { signal } = cluster
    const onHealth = (health: ReflectorHealth) => told.health.push(health)
    const reflector = new Reflector({
      client,
      resource: secrets,
      namespace: cluster.namespace,
      signal,
      tuning,
      onHealth,
      ...selection,
    })
    cluster.background(told.read(reflector))
    return told
  }

  const create = (name: string, text?: string) => cluster.create(secrets, secret(cluster.namespace, name, text))
  const change = (name: string, text: string) =>
    cluster.patch(secrets, name, { data: { token: Buffer.from(text).toString('base64') } })
  const remove = (name: string) => cluster.delete(secrets, name)
  const listsSoFar = () => cluster.requests({ ...mine, verb: 'list' })

  it('begins with the whole state, read in pages', async () => {
    for (let i = 0; i < 8; i += 1) await create(`s${i}`)
    const before = listsSoFar()
    const told = await reflect()
    expect(told.batches[0]).toHaveLength(8)
    expect(listsSoFar() - before).toBe(3)
  })

  it('begins with an empty batch where there is nothing', async () => {
    const told = await reflect()
    expect(told.batches[0]).toEqual([])
  })

  it('tells what kind each object is and leaves out who set which field', async () => {
    await create('a')
    const told = await reflect()
    const [object] = told.objects.values()
    expect(object).toMatchObject({ apiVersion: 'v1', kind: 'Secret' })
    expect(object!.metadata).not.toHaveProperty('managedFields')
  })

  it('goes on with each change', async () => {
    const told = await reflect()
    await create('a', 'one')
    await change('a', 'two')
    await create('b')
    await remove('b')
    await eventually(() => told.news).toEqual(['+a', '+a', '+b', '-b'])
    expect(told.text('a')).toBe('two')
  })

  it('sees only what its selectors select', async () => {
    await create('a')
    const told = await reflect({ fieldSelector: 'metadata.name=b' })
    await create('c')
    await create('b')
    await eventually(() => told.news).toEqual(['+b'])
  })

  it('goes on where it was when a watch ends in good order', async () => {
    const told = await reflect()
    const lists = listsSoFar()
    await create('a')
    await eventually(() => told.news).toEqual(['+a'])
    cluster.faults.cut('end', mine)
    await create('b')
    await eventually(() => told.news).toEqual(['+a', '+b'])
    expect(listsSoFar()).toBe(lists)
  })

  it('goes on where it was after a connection reset, time and again', async () => {
    const told = await reflect()
    const lists = listsSoFar()
    for (let i = 0; i < 5; i += 1) {
      await eventually(() => cluster.faults.watches(mine)).toBe(1)
      cluster.faults.cut('reset', mine)
      await create(`s${i}`)
    }
    await eventually(() => told.news).toEqual(['+s0', '+s1', '+s2', '+s3', '+s4'])
    expect(listsSoFar()).toBe(lists)
  })

  it.skipIf(!cluster.compacts)('goes on from a bookmark, where the last event is too old by now', async () => {
    const told = await reflect()
    const other = await freshNamespace(cluster.author)
    const made = await cluster.create(secrets, secret(other, 'elsewhere'))
    const bookmark = {
      type: 'BOOKMARK',
      object: { kind: 'Secret', apiVersion: 'v1', metadata: { resourceVersion: made.metadata.resourceVersion } },
    }
    // A real API server sends one a minute.
    cluster.faults.say(bookmark, mine)
    const lists = listsSoFar()
    await new Promise(resolve => setTimeout(resolve, 300))
    await cluster.compact(made.metadata.resourceVersion)
    cluster.faults.cut('end', mine)
    await create('a')
    await eventually(() => told.news).toEqual(['+a'])
    expect(listsSoFar()).toBe(lists)
  })

  it.skipIf(!cluster.compacts)('lists again when its version is gone, and tells only what differs', async () => {
    for (const name of ['same', 'changed', 'removed']) await create(name)
    const told = await reflect()
    const resume = cluster.faults.add({ ...mine, verb: 'watch' }, { answer: 503, reason: 'ServiceUnavailable' })
    cluster.faults.cut('reset', mine)
    await change('changed', 'two')
    await remove('removed')
    await create('added')
    await cluster.compact()
    resume()
    await eventually(() => told.news.toSorted()).toEqual(['+added', '+changed', '-removed'])
    expect(told.names).toEqual(['added', 'changed', 'same'])
  })

  it('lists again when it is told in the stream that its version is gone, and nothing flaps', async () => {
    await create('a')
    const told = await reflect()
    const lists = listsSoFar()
    const gone = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'Expired',
      code: 410,
      message: 'too old',
    }
    cluster.faults.say({ type: 'ERROR', object: gone }, mine)
    await eventually(() => listsSoFar()).toBe(lists + 1)
    await create('b')
    await eventually(() => told.news).toEqual(['+b'])
    expect(told.names).toEqual(['a', 'b'])
    expect(told.batches).toHaveLength(2)
  })

  it('lists again when a watch is answered 410', async () => {
    await create('a')
    const told = await reflect()
    const lists = listsSoFar()
    cluster.faults.add({ ...mine, verb: 'watch' }, { answer: 410, reason: 'Gone' }, 1)
    cluster.faults.cut('end', mine)
    await eventually(() => listsSoFar()).toBe(lists + 1)
    await create('b')
    await eventually(() => told.news).toEqual(['+b'])
  })

  it('reads everything at once when the rest of the pages is gone', async () => {
    for (let i = 0; i < 8; i += 1) await create(`s${i}`)
    let asked = 0
    // The first page is fine, the second is not there any more.
    const page = cluster.faults.add({ ...mine, verb: 'list' }, { delay: 0 }, 1)
    cluster.faults.add({ ...mine, verb: 'list' }, { answer: 410, reason: 'Expired' }, 1)
    asked = listsSoFar()
    const told = await reflect()
    page()
    expect(told.batches[0]).toHaveLength(8)
    expect(listsSoFar() - asked).toBe(3)
  })

  it('begins when the API server can, after errors of every kind', async () => {
    await create('a')
    const list = { ...mine, verb: 'list' } as const
    cluster.faults.add(list, { answer: 500 }, 2)
    cluster.faults.add(list, { answer: 429, reason: 'TooManyRequests', retryAfter: 1 }, 1)
    cluster.faults.add(list, { answer: 403, reason: 'Forbidden' }, 1)
    cluster.faults.add(list, { reset: true }, 2)
    cluster.faults.add(list, { hang: true }, 1)
    const told = await reflect({ timeout: 300 })
    expect(told.names).toEqual(['a'])
    const failures = told.health.flatMap(health =>
      health.error ? [`${health.error.code} ${health.error.reason}`] : [],
    )
    expect(new Set(failures)).toEqual(
      new Set(['500 InternalError', '429 TooManyRequests', '403 Forbidden', '0 Unreachable', '0 TimedOut']),
    )
    expect(told.health.at(-1)).toMatchObject({ synced: true, connected: true, failures: 0 })
  })

  it('waits as long as it is asked to', async () => {
    cluster.faults.add({ ...mine, verb: 'list' }, { answer: 429, reason: 'TooManyRequests', retryAfter: 1 }, 1)
    const before = performance.now()
    await reflect({ tuning: { ...quick, backoff: { base: 1, limit: 400 } } })
    expect(performance.now() - before).toBeGreaterThanOrEqual(990)
  })

  it('notices that a watch has silently stalled', async () => {
    const told = await reflect({ tuning: { ...quick, watchSeconds: 1 } })
    cluster.faults.stall(mine)
    await create('a')
    await eventually(() => told.news).toEqual(['+a'])
    expect(told.health.some(health => health.error?.reason === 'TimedOut')).toBe(true)
  })

  it('keeps what it knows while the API server is away, says so, and catches up', async () => {
    await create('a')
    await create('b')
    const told = await reflect()
    await cluster.goAway()
    await eventually(() => told.health.at(-1)?.failures).toBeGreaterThan(3)
    expect(told.names).toEqual(['a', 'b'])
    expect(told.health.at(-1)).toMatchObject({ synced: true, connected: false, error: { reason: 'Unreachable' } })
    await cluster.comeBack()
    await remove('a')
    await create('c')
    await eventually(() => told.names).toEqual(['b', 'c'])
    expect(told.news).toEqual(['-a', '+c'])
    await eventually(() => told.health.at(-1)?.connected).toBe(true)
  })

  it('catches up after as many failures as there are in hours, though its version is gone by then', async () => {
    await create('a')
    const told = await reflect({ tuning: { ...quick, backoff: { base: 1, limit: 2 } } })
    await cluster.goAway()
    // At most one in 30 seconds in production, and one in 15 on average: two hours.
    await eventually(() => told.health.at(-1)?.failures).toBeGreaterThan(500)
    await remove('a')
    await create('b')
    if (cluster.compacts) await cluster.compact()
    expect(told.names).toEqual(['a'])
    await cluster.comeBack()
    await eventually(() => told.names).toEqual(['b'])
    expect(told.news.toSorted()).toEqual(['+b', '-a'])
  })

  it('does with an API server whose every answer is late', async () => {
    const slow = cluster.faults.add(mine, { delay: 200 })
    const told = await reflect({ timeout: 1_000 })
    await create('a')
    await eventually(() => told.names).toEqual(['a'])
    cluster.faults.cut('reset', mine)
    await create('b')
    await eventually(() => told.names).toEqual(['a', 'b'])
    expect(told.health.filter(({ error }) => error?.reason === 'TimedOut')).toEqual([])
    slow()
  })

  it('ignores events that come twice or too late', async () => {
    const first = await create('a', 'one')
    const told = await reflect()
    const second = await change('a', 'two')
    await eventually(() => told.text('a')).toBe('two')
    cluster.faults.say({ type: 'MODIFIED', object: second }, mine)
    cluster.faults.say({ type: 'MODIFIED', object: first }, mine)
    cluster.faults.say({ type: 'ADDED', object: first }, mine)
    await create('b')
    await eventually(() => told.names).toEqual(['a', 'b'])
    expect(told.text('a')).toBe('two')
    expect(told.news).toEqual(['+a', '+b'])
  })

  it('ignores that an earlier object of the same name has gone', async () => {
    const earlier = await create('a', 'earlier')
    await remove('a')
    await create('a', 'later')
    const told = await reflect()
    cluster.faults.say({ type: 'DELETED', object: earlier }, mine)
    await create('b')
    await eventually(() => told.news).toEqual(['+b'])
    expect(told.text('a')).toBe('later')
  })

  it('survives nonsense in the stream', async () => {
    const told = await reflect()
    for (const nonsense of ['{"type":', '[]', '{"type":"ADDED"}', '{"type":"SIDEWAYS","object":{"metadata":{}}}']) {
      await eventually(() => cluster.faults.watches(mine)).toBe(1)
      cluster.faults.say(nonsense, mine)
      await eventually(() => told.health.at(-1)?.connected).toBe(true)
    }
    await create('a')
    await eventually(() => told.names).toEqual(['a'])
  })

  it('gives up a version that the API server cannot stand, and lists again', async () => {
    const told = await reflect()
    const lists = listsSoFar()
    const stop = cluster.faults.add({ ...mine, verb: 'watch' }, { answer: 504, reason: 'Timeout' })
    cluster.faults.cut('end', mine)
    await eventually(() => listsSoFar()).toBeGreaterThan(lists)
    stop()
    await create('a')
    await eventually(() => told.names).toEqual(['a'])
  })

  it('does not hammer an API server that ends every watch at once', async () => {
    await reflect({ tuning: { ...quick, backoff: { base: 100, limit: 10_000, random: () => 1 } } })
    const watches = () => cluster.requests({ ...mine, verb: 'watch' })
    const before = watches()
    const end = setInterval(() => cluster.faults.cut('end', mine), 5)
    await new Promise(resolve => setTimeout(resolve, 1500))
    clearInterval(end)
    // 100, 200, 400, 800 ms: five at most.
    expect(watches() - before).toBeLessThanOrEqual(5)
  })

  it('ends when it is told to, whatever it is waiting for', async () => {
    cluster.faults.add({ ...mine, verb: 'list' }, { hang: true })
    begin({ timeout: 60_000 })
    await eventually(() => cluster.faults.requests.at(-1)?.verb).toBe('list')
    await cluster.endBackground()
  })
})
