import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, fromShared, type Route, SharedFormError, type SharedMatcher, toShared, update } from '../src/index.ts'
import { requestHost, requestPath, tableArbitrary } from './arbitraries.ts'

const routes: Route<string>[] = [
  { host: 'shop.example.com', path: '/cart/', pathType: 'Prefix', target: 'cart' },
  { host: '*.example.com', path: '/', pathType: 'Exact', target: 'any' },
  { host: undefined, path: '/', pathType: 'Prefix', target: 'spare', fallback: true },
]
const shared = () => toShared(compile({ routes, defaultTarget: 'none' }, { hostFallthrough: 'all' }))

test('a shared matcher gives the answers of the one it was made of', () => {
  const requests = fc.array(fc.tuple(requestHost, requestPath), { minLength: 10, maxLength: 10 })
  const fallthrough = fc.constantFrom('none', 'wildcard', 'all')
  fc.assert(
    fc.property(tableArbitrary(20), requests, fallthrough, (table, requests, hostFallthrough) => {
      const original = compile(table, { hostFallthrough })
      const received = fromShared(structuredClone(toShared(original)))
      for (const [host, path] of requests) expect(received.match(host, path)).toEqual(original.match(host, path))
      expect(received.defaultTarget).toBe(original.defaultTarget)
    }),
    { numRuns: 100 },
  )
})

test('a shared matcher can be updated and shared again', () => {
  const changed = update(fromShared(shared()), { remove: ['*.example.com'] })
  const again = fromShared(toShared(changed))
  expect(again.match('a.example.com', '/')?.route).toEqual(routes[2])
  expect(again.match('shop.example.com', '/cart')?.route).toEqual(routes[0])
})

test('a worker thread matches in the memory of the one that compiled', async () => {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads')
    import(workerData.core).then(({ fromShared }) => {
      const matcher = fromShared(workerData.shared)
      parentPort.postMessage(matcher.match('shop.example.com', '/cart/1')?.route)
    })`
  const core = new URL('../src/index.ts', import.meta.url).href
  const worker = new Worker(code, { eval: true, workerData: { shared: shared(), core } })
  const answer = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await worker.terminate()
  expect(answer).toEqual(routes[0])
})

test.each<[string, (words: Int32Array, message: SharedMatcher<string>) => SharedMatcher<string>, string]>([
  ['is empty', (_, message) => ({ ...message, buffer: new SharedArrayBuffer(0) }), 'not a compiled matcher'],
  [
    'is something else',
    (_, message) => ({ ...message, buffer: new SharedArrayBuffer(4096) }),
    'not a compiled matcher',
  ],
  ['is cut off', (_, message) => ({ ...message, buffer: message.buffer.slice(0, -4) }), 'checksum'],
  [
    'is of another version',
    (words, message) => {
      words[1]!++
      return message
    },
    'version 2',
  ],
  [
    'has a damaged setting',
    (words, message) => {
      words[11]! ^= 1
      return message
    },
    'checksum',
  ],
  [
    'has a damaged last word',
    (words, message) => {
      words[words.length - 1]! ^= 1 << 30
      return message
    },
    'checksum',
  ],
  [
    'has two words swapped',
    (words, message) => {
      ;[words[20], words[22]] = [words[22]! + 1, words[20]!]
      return message
    },
    'checksum',
  ],
  ['comes with too few targets', (_, message) => ({ ...message, targets: [] }), '3 targets'],
])('a buffer that %s is refused', (_, damage, reason) => {
  const message = shared()
  const damaged = damage(new Int32Array(message.buffer), message)
  expect(() => fromShared(damaged)).toThrow(SharedFormError)
  expect(() => fromShared(damaged)).toThrow(reason)
})
