import fc from 'fast-check'
import { bases } from './bases.ts'
import { absent, type Change, type ValidationCase } from './mutation.ts'

/** Places in an object that has every field of its kind, with the field beside each. */
function placesIn(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const below = Object.entries(value).flatMap(([key, item]) =>
    placesIn(item, [...path, Array.isArray(value) ? Number(key) : key]),
  )
  return path.length === 0 ? below : [path, ...below, [...path, Array.isArray(value) ? value.length : 'surplus']]
}

const characters = fc.constantFrom(...'aA09-._/*:%\\ é~(^$\n\t;?#@[]{}="\'+😀'.match(/./gsu)!)
const word = fc.array(characters, { maxLength: 6 }).map(parts => parts.join(''))
const label = fc.stringMatching(/^[a-z0-9-]{1,8}$/)
const name = fc.array(label, { minLength: 1, maxLength: 4 }).map(parts => parts.join('.'))
const path = fc
  .array(fc.constantFrom('', '.', '..', 'a', '%2f', '%2F', '%2e', '.a', '*', 'b c'), { minLength: 1, maxLength: 4 })
  .map(parts => `/${parts.join('/')}`)
const scalar = fc.oneof(
  { weight: 3, arbitrary: word },
  { weight: 3, arbitrary: name },
  { weight: 2, arbitrary: path },
  name.map(text => `*.${text}`),
  fc.integer({ min: -1, max: 70_000 }),
  fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
  fc.constantFrom(null, true, false, absent, 0.5, '', 'Exact', 'Prefix', 'TCP', 'Cluster', 'IPv4', 'None'),
)
const value = fc.oneof(
  { weight: 8, arbitrary: scalar },
  fc.array(
    scalar.filter(item => item !== absent),
    { maxLength: 2 },
  ),
  fc.dictionary(
    fc.oneof(label, word).filter(isKey),
    scalar.filter(item => item !== absent),
    { maxKeys: 2 },
  ),
)

/** Keys that a warning of the API server, which is a header field, can spell, and that mean nothing to these tests. */
function isKey(key: string): boolean {
  return !['__proto__', 'repeat', 'absent'].includes(key) && /^[ !#-[\]-~]*$/.test(key)
}

/** apiVersion and kind decide where an object is sent to, and the namespace whether there is such a place. */
const fixed = ['apiVersion', 'kind']
const isFixed = (path: readonly (string | number)[]) =>
  fixed.includes(String(path[0])) || path.join(' ') === 'metadata namespace'

/** A valid object with one to three changes anywhere. */
export const anyCase: fc.Arbitrary<ValidationCase> = fc
  .constantFrom(...(Object.keys(bases) as (keyof typeof bases)[]))
  .chain(base => {
    const places = placesIn(bases[base]).filter(path => !isFixed(path))
    const change = fc.tuple(fc.constantFrom(...places), value) as fc.Arbitrary<Change>
    return fc.array(change, { minLength: 1, maxLength: 3 }).map(changes => ({ base, changes }))
  })
