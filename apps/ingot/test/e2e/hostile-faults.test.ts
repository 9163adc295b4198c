import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deafListener } from '../../../../packages/proxy/test/support/deaf-listener.ts'
import { type FaultyUpstream, faultyUpstream } from '../hostile/faulty-upstream.ts'
import { errorsOf, type Load, startLoad } from '../hostile/load.ts'
import type { IngotProcess } from './ingot-process.ts'
import { ingress } from './manifests.ts'
import { serving } from './serve-fixture.ts'

const serve = serving()
const sleep = (time: number) => new Promise(resolve => setTimeout(resolve, time))
let upstream: FaultyUpstream
const preload = (code: string) => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` })

beforeEach(async () => {
  upstream = await faultyUpstream()
  await serve.write('a.json', ingress('a', 'a.test', { '/': 'web' }))
})
afterEach(() => upstream[Symbol.asyncDispose]())

const resolveTo = (...addresses: string[]) => serve.write('resolve.yaml', JSON.stringify({ web: addresses }))
const good = () => `127.0.0.1:${upstream.port}`

/** The errors that clients saw, of which there are as few as nothing among at least a hundred good answers. */
async function endOf(load: Load): Promise<Record<string, number>> {
  const tally = await load.stop()
  expect(tally.ok).toBeGreaterThan(100)
  return errorsOf(tally)
}

describe('under load, no client sees an error when', () => {
  it('connections to one of two endpoints are answered by nobody', async () => {
    await using deaf = await deafListener()
    await resolveTo(good(), `127.0.0.1:${deaf.port}`)
    const ingot = await serve.serve('--no-access-log', '--connect-timeout', '200ms')
    const load = startLoad(ingot.port('http'), 8)
    await sleep(1_500)
    expect(await endOf(load)).toEqual({})
  })

  it('connections to one of two endpoints are refused', async () => {
    await resolveTo(good(), '127.0.0.1:1')
    const ingot = await serve.serve('--no-access-log')
    const load = startLoad(ingot.port('http'), 8)
    await sleep(500)
    expect(await endOf(load)).toEqual({})
  })

  it('the name of an endpoint can no longer be looked up', async () => {
    // Takes the place of a name server, which tests must not need: it knows the name until it is told to fail.
    const names = `import dns from 'node:dns/promises'; import { syncBuiltinESMExports } from 'node:module'
      let asked = 0; let fails = false; process.on('SIGUSR2', () => { fails = true })
      dns.lookup = async () => { asked++; if (fails) { console.log('{"msg":"lookup failed"}')
        throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }) }
        return [{ address: '127.0.0.1', family: 4 }] }
      syncBuiltinESMExports()`
    await resolveTo(`web.example.com:${upstream.port}`)
    const ingot = await serve.serveWith({ env: preload(names) }, '--no-access-log', '--watch')
    const load = startLoad(ingot.port('http'), 8)
    ingot.signal('SIGUSR2')
    await ingot.logged(line => line.msg === 'lookup failed')
    await serve.write('more.json', ingress('more', 'more.test', { '/': 'web' }))
    await ingot.logged(line => line.msg === 'configuration live' && line.generation === 2)
    await sleep(200)
    expect(await endOf(load)).toEqual({})
  })

  it('the program is told to end, and lets its clients go', async () => {
    await resolveTo(good())
    const ingot = await serve.serve('--no-access-log', '--drain-delay', '300ms')
    const load = startLoad(ingot.port('http'), 8)
    await sleep(300)
    ingot.signal('SIGTERM')
    await ingot.logged(line => line.msg === 'draining')
    await sleep(100)
    expect(await endOf(load)).toEqual({})
    expect(await ingot.exited()).toBe(0)
  })
})

describe('under load, clients see nothing but what was to be expected when', () => {
  it('connections to the only endpoint are answered by nobody: 504 after the time that was set', async () => {
    await using deaf = await deafListener()
    await resolveTo(`127.0.0.1:${deaf.port}`)
    const ingot = await serve.serve('--no-access-log', '--connect-timeout', '200ms', '--no-ejection')
    const load = startLoad(ingot.port('http'), 4)
    await sleep(700)
    expect(Object.keys(errorsOf(await load.stop()))).toEqual(['504'])
  })

  it('a name can be looked up by nobody: 503, and an answer once it can', async () => {
    await resolveTo(`nobody.invalid:${upstream.port}`)
    const ingot = await serve.serve('--no-access-log', '--watch')
    const load = startLoad(ingot.port('http'), 2)
    await expect.poll(() => load.tally.statuses.get(503) ?? 0).toBeGreaterThan(0)
    await resolveTo(good())
    await expect.poll(() => load.tally.ok).toBeGreaterThan(100)
    expect(Object.keys(await endOf(load))).toEqual(['503'])
  })

  it('one of two workers dies: requests on its connections are lost, and nothing else goes wrong', async () => {
    await resolveTo(good())
    const crash = join(serve.folder, 'crash')
    const ingot: IngotProcess = await serve.serveWith(
      {
        env: { NODE_OPTIONS: `--import=${new URL('crash-worker.ts', import.meta.url)}`, CRASH_WORKER: crash },
      },
      ...['--workers', '2', '--no-access-log'],
    )
    const load = startLoad(ingot.port('http'), 16)
    await sleep(300)
    await writeFile(crash, '')
    await ingot.logged(line => line.msg === 'a worker was replaced')
    await sleep(300)
    const errors = await endOf(load)
    expect(Object.keys(errors).filter(kind => kind !== 'lost')).toEqual([])
    // Who comes back before the kernel has taken the dead worker off the port is cut once more.
    expect(errors.lost ?? 0).toBeLessThan(2 * 16)
  })
})
