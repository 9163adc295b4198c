import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SortedList } from '../src/sorted-list.ts'

const batch = fc.uniqueArray(fc.nat(5_000), { maxLength: 60 })
const first = fc.integer({ min: 0, max: 5_000 }).map(length => Array.from({ length }, (_, index) => index))

test('holds what came and did not go, in order, and each snapshot what there was at its moment', () => {
  fc.assert(
    fc.property(first, fc.array(batch, { maxLength: 12 }), (start, batches) => {
      const list = new SortedList<number>((a, b) => a - b)
      list.change([], start)
      const present = new Set(start)
      const moments = [{ snapshot: list.snapshot(), expected: start }]
      for (const items of batches) {
        // What is there goes, and what is not comes.
        list.change(
          items.filter(item => present.has(item)),
          items.filter(item => !present.has(item)),
        )
        for (const item of items) if (!present.delete(item)) present.add(item)
        moments.push({ snapshot: list.snapshot(), expected: [...present].sort((a, b) => a - b) })
      }
      for (const { snapshot, expected } of moments) expect(snapshot()).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})

test('is split where many come to one place', () => {
  const list = new SortedList<number>((a, b) => a - b)
  for (let item = 3_000; item > 0; item--) list.change([], [item])
  for (let item = 1; item <= 3_000; item += 2) list.change([item], [])
  expect(list.snapshot()()).toEqual(Array.from({ length: 1_500 }, (_, index) => 2 * (index + 1)))
})
