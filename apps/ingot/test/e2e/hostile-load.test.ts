import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FaultyUpstream, faultyUpstream } from '../hostile/faulty-upstream.ts'
import { errorsOf, type Load, startLoad } from '../hostile/load.ts'
import { IngotProcess, type StartOptions } from './ingot-process.ts'
import { ingress } from './manifests.ts'

let folder = ''
let upstreams: FaultyUpstream[] = []
let running: IngotProcess[] = []
const sleep = (time: number) => new Promise(resolve => setTimeout(resolve, time))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-'))
  upstreams = [await faultyUpstream(), await faultyUpstream()]
  await put('a.json', ingress('a', 'a.test', { '/': 'web' }))
  await resolveTo(...upstreams)
})

afterEach(async () => {
  await Promise.all(running.map(ingot => ingot.stop('SIGKILL')))
  running = []
  for (const upstream of upstreams) await upstream[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** As an editor or a volume does it: a reader finds the old text or the new one, never half of one. */
async function put(name: string, text: string): Promise<void> {
  const draft = join(folder, `.${name}.draft`)
  await writeFile(draft, text)
  await rename(draft, join(folder, name))
}

const resolveTo = (...to: FaultyUpstream[]) =>
  put('resolve.yaml', JSON.stringify({ web: to.map(({ port }) => `127.0.0.1:${port}`) }))

async function serve(options: StartOptions = {}, ...flags: string[]): Promise<IngotProcess> {
  const ingot = await IngotProcess.serveWith(options, '-f', folder, '--watch', '--no-access-log', ...flags)
  running.push(ingot)
  return ingot
}

async function endOf(load: Load): Promise<Record<string, number>> {
  const tally = await load.stop()
  expect(tally.ok).toBeGreaterThan(100)
  return errorsOf(tally)
}

describe('under load, no client sees an error when', () => {
  it('the configuration changes every 100 ms, and a WebSocket lives through it', async () => {
    const ingot = await serve()
    const socket = connect(ingot.port('http'), '127.0.0.1')
    let received = ''
    socket.on('data', chunk => {
      received += chunk.toString('latin1')
    })
    const key = 'AAAAAAAAAAAAAAAAAAAAAA=='
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    )
    await expect.poll(() => received).toMatch(/^HTTP\/1\.1 101 /)
    const load = startLoad(ingot.port('http'), 8)
    for (let change = 0; change < 20; change++) {
      await put('b.json', ingress('b', `b${change}.test`, { '/': 'web' }))
      await sleep(100)
    }
    expect(await endOf(load)).toEqual({})
    socket.write('still here')
    await expect.poll(() => received).toMatch(/still here$/)
    // One line may stand for several generations.
    await ingot.logged(line => line.msg === 'configuration live' && Number(line.generation) > 5)
    socket.destroy()
  })

  it('endpoints come and go 50 times a second', async () => {
    const ingot = await serve()
    const load = startLoad(ingot.port('http'), 8)
    for (let change = 0; change < 75; change++) {
      await resolveTo(...upstreams.slice(change % 2, 1 + (change % 3 === 0 ? 2 : change % 2)))
      await sleep(20)
    }
    expect(await endOf(load)).toEqual({})
  })

  it('one manifest among good ones is broken, and mended, again and again', async () => {
    const ingot = await serve()
    const load = startLoad(ingot.port('http'), 8)
    for (let change = 0; change < 10; change++) {
      await put('broken.yaml', change % 2 === 0 ? 'kind: [Ingress' : ingress('b', 'b.test', { '/': 'web' }))
      await sleep(80)
    }
    expect(await endOf(load)).toEqual({})
  })

  it('a storm of changes goes over the folder', async () => {
    const ingot = await serve()
    const load = startLoad(ingot.port('http'), 8)
    for (let round = 0; round < 5; round++) {
      for (let file = 0; file < 100; file++)
        await put(`s${file}.json`, ingress(`s${file}`, `s${file}.test`, { '/': 'web' }))
    }
    await sleep(500)
    expect(await endOf(load)).toEqual({})
  })

  it('the upstream closes connections after an answer, or just when the next request is on its way', async () => {
    const ingot = await serve({}, '--no-ejection')
    let turn = 0
    for (const upstream of upstreams)
      upstream.fault = () =>
        turn++ % 20 === 0 ? 'close-after-answer' : turn % 20 === 10 ? 'close-when-idle' : undefined
    const load = startLoad(ingot.port('http'), 8)
    await sleep(2_000)
    expect(await endOf(load)).toEqual({})
  })

  it('the clock jumps an hour ahead and two hours back', async () => {
    const clock = `const now = Date.now; let shift = 0
      process.on('SIGUSR2', () => { shift = shift === 0 ? 36e5 : -36e5 }); Date.now = () => now() + shift`
    const ingot = await serve({ env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(clock)}` } })
    const load = startLoad(ingot.port('http'), 8)
    for (let jump = 0; jump < 2; jump++) {
      await sleep(400)
      ingot.signal('SIGUSR2')
    }
    await sleep(400)
    expect(await endOf(load)).toEqual({})
  })
})

describe('under load, clients see nothing but what was to be expected when', () => {
  it('an upstream resets connections before and within the head: 502 for some, and an answer of somebody else for nobody', async () => {
    const ingot = await serve()
    let turn = 0
    upstreams[0]!.fault = () => (['reset-before-head', undefined, 'reset-within-head', undefined] as const)[turn++ % 4]
    const load = startLoad(ingot.port('http'), 8)
    await sleep(1_500)
    const errors = await endOf(load)
    expect(Object.keys(errors).filter(kind => kind !== '502')).toEqual([])
  })

  it('an upstream cuts bodies: the connection is cut, and nobody gets an answer of somebody else', async () => {
    const ingot = await serve({}, '--no-ejection')
    let turn = 0
    upstreams[0]!.fault = () => (turn++ % 10 === 0 ? 'reset-after-head' : undefined)
    const load = startLoad(ingot.port('http'), 8)
    await sleep(1_000)
    const errors = await endOf(load)
    expect(Object.keys(errors)).toEqual(['lost'])
  })

  it('an upstream says nothing: 504 after the time that was set', async () => {
    const ingot = await serve({}, '--head-timeout', '200ms', '--no-ejection')
    let turn = 0
    upstreams[0]!.fault = () => (turn++ % 20 === 0 ? 'silence' : undefined)
    const load = startLoad(ingot.port('http'), 8)
    await sleep(1_500)
    expect(Object.keys(await endOf(load))).toEqual(['504'])
  })

  it('all endpoints go away and come back: 503, and then answers again', async () => {
    const ingot = await serve()
    const load = startLoad(ingot.port('http'), 4)
    await sleep(300)
    await put('resolve.yaml', '{ web: [] }')
    await expect.poll(() => load.tally.statuses.get(503) ?? 0).toBeGreaterThan(0)
    await resolveTo(...upstreams)
    const before = load.tally.ok
    await expect.poll(() => load.tally.ok).toBeGreaterThan(before + 100)
    expect(Object.keys(await endOf(load))).toEqual(['503'])
  })
})
