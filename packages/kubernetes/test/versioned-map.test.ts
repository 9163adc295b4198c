import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type MapSnapshot, VersionedMap } from '../src/versioned-map.ts'

const step = fc.oneof(fc.record({ key: fc.nat(4), value: fc.option(fc.nat(9)) }), fc.constant('snapshot' as const))

test('each snapshot stays what a copy of its moment would be, whatever changes afterwards', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const map = new VersionedMap<number, number>()
      const plain = new Map<number, number>()
      const taken: { snapshot: MapSnapshot<number, number>; copy: Map<number, number> }[] = []
      for (const one of steps) {
        if (one === 'snapshot') taken.push({ snapshot: map.snapshot(), copy: new Map(plain) })
        else if (one.value === null) for (const each of [map, plain]) each.delete(one.key)
        else for (const each of [map, plain]) each.set(one.key, one.value)
      }
      for (const { snapshot, copy } of taken) expect(entriesOf(snapshot)).toEqual(sorted(copy))
      expect(entriesOf(map.snapshot())).toEqual(sorted(plain))
      expect(map.size).toBe(plain.size)
    }),
  )
})

function entriesOf(snapshot: MapSnapshot<number, number>): (readonly [number, number | undefined])[] {
  return [...snapshot.keys()].sort().map(key => [key, snapshot.get(key)])
}

function sorted(map: ReadonlyMap<number, number>): (readonly [number, number])[] {
  return [...map].sort(([a], [b]) => a - b)
}
