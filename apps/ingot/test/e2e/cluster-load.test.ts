import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { services } from '../../src/cluster/api-resources.ts'
import { eventually } from '../cluster/in-cluster.ts'
import { service } from '../cluster/test-clusters.ts'
import { type FaultyUpstream, faultyUpstream } from '../hostile/faulty-upstream.ts'
import { errorsOf, type Load, startLoad } from '../hostile/load.ts'
import { programInCluster } from './cluster-fixture.ts'
import type { IngotProcess } from './ingot-process.ts'
import { whoServes } from './who-serves.ts'

const day = 24 * 3_600_000

// Runs in the program, before it: from one signal to the next all waits between two tries are over at once, and the
// clock goes on ten times as far as they would have lasted, or a day would take thousands of tries. Says when a day has
// gone by. Timeouts of requests stay as they are.
const hurry = `
  import timers from 'node:timers/promises'
  import { syncBuiltinESMExports } from 'node:module'
  import { isMainThread } from 'node:worker_threads'
  const wait = timers.setTimeout, now = Date.now
  let isHurried = false, gone = 0, waiting = []
  Date.now = () => now() + gone
  timers.setTimeout = (time, value, options) =>
    isHurried ? new Promise(done => waiting.push({ until: gone + 10 * time, done: () => done(value) })) : wait(time, value, options)
  syncBuiltinESMExports()
  function letAllPass() {
    const all = waiting
    waiting = []
    for (const { until, done } of all) {
      gone = Math.max(gone, until)
      done()
    }
  }
  if (isMainThread) process.on('SIGUSR2', async () => {
    isHurried = !isHurried
    for (; isHurried && gone < ${day}; await wait(1)) letAllPass()
    letAllPass()
    console.log(JSON.stringify({ msg: isHurried ? 'a day has gone by' : 'time goes as ever' }))
  })`

programInCluster('under load, before $name', cluster => {
  let ingot: IngotProcess
  let upstream: FaultyUpstream
  let socket: Socket
  let load: Load
  let heard = ''

  beforeAll(async () => {
    cluster.env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hurry)}` }
    upstream = await faultyUpstream()
    await cluster.create(services, service(cluster.namespace, 'echo'))
    await cluster.service('web')
    await cluster.route('shop', 'shop.example.com', 'echo')
    ingot = await cluster.serve('--resolve', `${cluster.namespace}/echo=127.0.0.1:${upstream.port}`, '--no-access-log')
  })
  afterAll(() => upstream[Symbol.asyncDispose]())

  beforeEach(async () => {
    heard = ''
    socket = connect(ingot.port('http'), '127.0.0.1').on('data', text => {
      heard += text
    })
    const handshake = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==']
    const fields = ['Host: shop.example.com', 'Connection: Upgrade', ...handshake]
    socket.write(`GET /ws HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`)
    await eventually(() => heard).toMatch(/^HTTP\/1\.1 101 /)
    load = startLoad(ingot.port('http'), 4, 'shop.example.com')
  })
  afterEach(async () => {
    const tally = await load.stop()
    expect(errorsOf(tally)).toEqual({})
    expect(tally.ok).toBeGreaterThan(100)
    socket.write('still here')
    await eventually(() => heard).toMatch(/still here$/)
    socket.destroy()
  })

  const lists = () => cluster.requests({ verb: 'list', plural: 'ingresses' })
  const gone = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 }

  it('everything is listed again and again, as its version is gone, and no request meets another route or none', async () => {
    for (let round = 0; round < 5; round++) {
      const before = lists()
      await cluster.route(`relist-${round}`, `relist-${round}.example.com`, 'web')
      if (cluster.compacts) await cluster.compact()
      cluster.faults.say({ type: 'ERROR', object: gone })
      await eventually(lists).toBeGreaterThan(before)
      await eventually(() => whoServes(ingot, `relist-${round}.example.com`)).toBe('web')
    }
  })

  it('the API server is away for a day, and is caught up with', async () => {
    await cluster.goAway()
    ingot.signal('SIGUSR2')
    await cluster.route('later', 'later.example.com', 'web')
    if (cluster.compacts) await cluster.compact()
    await ingot.logged(line => line.msg === 'a day has gone by')
    expect(await whoServes(ingot, 'later.example.com')).toBe(404)
    ingot.signal('SIGUSR2')
    await ingot.logged(line => line.msg === 'time goes as ever')
    await cluster.comeBack()
    await eventually(() => whoServes(ingot, 'later.example.com')).toBe('web')
  }, 120_000)
})
