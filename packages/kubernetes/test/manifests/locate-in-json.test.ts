import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { FieldPath } from '../../src/field-path.ts'
import { isRecord } from '../../src/kubernetes-object.ts'
import { JsonLocator } from '../../src/manifests/locate-in-json.ts'

it('finds every value of any JSON text', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(undefined, 2, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space)
      const locator = new JsonLocator(text)
      for (const [path, expected] of valuesIn(value, [])) {
        const found = text.slice(locator.locate(path))
        const shown = JSON.stringify(expected, null, space).split('\n')[0]!
        expect(found.startsWith(shown)).toBe(true)
      }
    }),
  )
})

it('stops at the nearest value around what is not there', () => {
  const locator = new JsonLocator('{"a": [1, {"b": 2}]}')
  expect(locator.locate(['a', 1, 'c', 'd'])).toBe(10)
  expect(locator.locate(['a', 7])).toBe(6)
  expect(locator.locate(['a', 'b'])).toBe(6)
  expect(locator.locate([])).toBe(0)
})

it('takes the last of two members with one key', () => {
  expect(new JsonLocator('{"a": 1, "a": 2}').locate(['a'])).toBe(14)
})

function* valuesIn(value: unknown, path: FieldPath): Generator<[FieldPath, unknown]> {
  yield [path, value]
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* valuesIn(item, [...path, index])
  else if (isRecord(value)) for (const key of Object.keys(value)) yield* valuesIn(value[key], [...path, key])
}
