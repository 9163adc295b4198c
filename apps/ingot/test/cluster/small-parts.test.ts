import { diagnosticCodes } from '@ingot/kubernetes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../../src/cluster/api-error.ts'
import { Backoff } from '../../src/cluster/backoff.ts'
import { eventNote, eventReason } from '../../src/cluster/event-reason.ts'
import { readJsonLines } from '../../src/cluster/json-lines.ts'
import { KnownVersions } from '../../src/cluster/known-versions.ts'
import { microTime } from '../../src/cluster/lease.ts'
import { PendingChanges } from '../../src/cluster/pending-changes.ts'
import { References } from '../../src/cluster/referenced-objects.ts'
import { eventOf } from '../../src/cluster/trouble.ts'

describe('waits after failures', () => {
  const waits = (random: () => number, count: number) => {
    const backoff = new Backoff({ base: 100, limit: 1_000, random })
    return Array.from({ length: count }, () => backoff.failed())
  }

  it('double up to a limit, with full jitter', () => {
    expect(waits(() => 1, 6)).toEqual([100, 200, 400, 800, 1_000, 1_000])
    expect(waits(() => 0.5, 3)).toEqual([50, 100, 200])
    expect(waits(() => 0, 3)).toEqual([0, 0, 0])
  })

  it('begin anew after a success, and never end', () => {
    const backoff = new Backoff({ base: 100, limit: 1_000, random: () => 1 })
    for (let i = 0; i < 5_000; i += 1) expect(backoff.failed()).toBeLessThanOrEqual(1_000)
    backoff.succeeded()
    expect(backoff.failed()).toBe(100)
  })

  it('are as long as the API server asks for, within reason', () => {
    const backoff = new Backoff({ base: 100, limit: 1_000, random: () => 0 })
    expect(backoff.failed(new ApiError('', { code: 429, reason: '', retryAfter: 2_500 }))).toBe(2_500)
    expect(backoff.failed(new ApiError('', { code: 429, reason: '', retryAfter: 1e9 }))).toBe(4_000)
  })
})

describe('JSON lines', () => {
  async function read(chunks: readonly Buffer[]): Promise<unknown[]> {
    const values: unknown[] = []
    const body = (async function* () {
      yield* chunks
    })()
    for await (const value of readJsonLines(body)) values.push(value)
    return values
  }

  it('are the same however they are cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), fc.array(fc.nat(200)), async (values, cuts) => {
        const bytes = Buffer.from(values.map(value => `${JSON.stringify(value)}\n`).join(''))
        const places = [0, ...cuts.filter(cut => cut < bytes.length).sort((a, b) => a - b), bytes.length]
        const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i], end))
        expect(await read(chunks)).toEqual(values.map(value => JSON.parse(JSON.stringify(value))))
      }),
    )
  })

  it('may be followed by half a line, which is dropped, but not be something else', async () => {
    expect(await read([Buffer.from('1\n\n2\n{"half')])).toEqual([1, 2])
    await expect(read([Buffer.from('nonsense\n')])).rejects.toThrow(SyntaxError)
  })

  it('cannot fill the memory', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    await expect(read(Array.from({ length: 20 }, () => chunk))).rejects.toThrow(SyntaxError)
  })
})

describe('known versions', () => {
  const object = (name: string, version: number, uid = 'u') => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'a', name, uid, resourceVersion: String(version) },
  })

  it('after a list are exactly what was listed, and the changes lead there from what was known', () => {
    const state = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(3)), {
      selector: ([name]) => name,
    })
    fc.assert(
      fc.property(fc.array(state), states => {
        const known = new KnownVersions()
        const picture = new Map<string, string>()
        for (const current of states) {
          for (const change of known.replaceAll(current.map(([name, version]) => object(name, version)))) {
            const version = change.object?.metadata.resourceVersion
            // Never a change that changes nothing.
            expect(picture.get(change.key)).not.toBe(version)
            if (version === undefined) picture.delete(change.key)
            else picture.set(change.key, version)
          }
          expect(picture).toEqual(new Map(current.map(([name, version]) => [`a/${name}`, String(version)])))
          expect(known.size).toBe(current.length)
        }
      }),
    )
  })

  it('take events in any order, each as often as it likes to come, to the newest that came first', () => {
    const known = new KnownVersions()
    expect(known.put(object('x', 1))).toBeDefined()
    expect(known.put(object('x', 1))).toBeUndefined()
    expect(known.put(object('x', 5))).toBeDefined()
    expect(known.put(object('x', 1))).toBeUndefined()
    expect(known.remove(object('x', 7))).toEqual({ key: 'a/x' })
    expect(known.remove(object('x', 7))).toBeUndefined()
    expect(known.put(object('x', 5))).toBeUndefined()
    expect(known.put(object('x', 9, 'reborn'))).toBeDefined()
    expect(known.remove(object('x', 7))).toBeUndefined()
  })

  it('may come again after a list, as they do when a backup was restored', () => {
    const known = new KnownVersions()
    known.put(object('x', 1))
    known.put(object('x', 2))
    known.replaceAll([object('x', 3)])
    expect(known.put(object('x', 1))).toBeDefined()
  })
})

describe('pending changes', () => {
  it('are the last of each thing, in the order of the last changes', async () => {
    const pending = new PendingChanges<number>()
    pending.put('a', 1)
    pending.put('b', 2)
    pending.put('a', 3)
    pending.end()
    const batches: number[][] = []
    for await (const batch of pending.batches()) batches.push(batch)
    expect(batches).toEqual([[2, 3]])
  })

  it('are waited for', async () => {
    const pending = new PendingChanges<number>()
    const batches = pending.batches()
    const first = batches.next()
    setTimeout(() => pending.put('a', 1), 10)
    expect((await first).value).toEqual([1])
    pending.end()
    expect((await batches.next()).done).toBe(true)
  })
})

describe('references', () => {
  const secret = (name: string) => ({ kind: 'Secret' as const, namespace: 'a', name })

  it('are dropped with the last owner that names them, and never in between', () => {
    const references = new References()
    expect(references.set('one', [secret('x'), secret('y')])).toEqual({
      added: [secret('x'), secret('y')],
      dropped: [],
    })
    expect(references.set('two', [secret('x')])).toEqual({ added: [], dropped: [] })
    expect(references.set('one', [secret('x')])).toEqual({ added: [], dropped: [secret('y')] })
    expect(references.set('one', [])).toEqual({ added: [], dropped: [] })
    expect(references.has(secret('x'))).toBe(true)
    expect(references.set('two', [])).toEqual({ added: [], dropped: [secret('x')] })
    expect(references.has(secret('x'))).toBe(false)
  })
})

it('the name of an Event is valid whatever the name of its object is', () => {
  const name = `${'a'.repeat(200)}.${'b'.repeat(28)}.c`
  const object = { kind: 'Ingress', namespace: 'x', name }
  const trouble = { object, diagnostic: { code: 'invalid-host', severity: 'error', message: 'no', object } } as const
  const { metadata } = eventOf(trouble, { apiVersion: 'networking.k8s.io/v1' }, { controller: 'c', instance: 'i' })
  expect(metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/)
  expect(metadata.name.length).toBeLessThanOrEqual(253)
})

describe('the reason of an Event', () => {
  it('is CamelCase, different for each code', () => {
    const reasons = Object.keys(diagnosticCodes).map(eventReason)
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z][A-Za-z0-9]{0,126}$/)
    expect(new Set(reasons).size).toBe(reasons.length)
    expect(eventReason('service-not-found')).toBe('ServiceNotFound')
  })

  it('comes with a note that is never too long and never broken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), text => {
        const note = eventNote(text)
        expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024)
        expect(note === text || text.startsWith(note.slice(0, -1))).toBe(true)
      }),
    )
  })
})

it('a MicroTime has six digits after the point', () => {
  expect(microTime(new Date(0))).toBe('1970-01-01T00:00:00.000000Z')
})
