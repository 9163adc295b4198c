import { expect, it } from 'vitest'
import { isAtLeast, nodeVersionWarning } from '../src/node-version.ts'

it.each(['v22.23.5', 'v24.22.3', 'v24.23.0', 'v26.13.1', 'v27.0.0'])('nothing is known against %s', version => {
  expect(nodeVersionWarning(version)).toBeUndefined()
})

it.each([
  ['v24.21.0', '24.22.3'],
  ['v22.19.0', '22.23.5'],
  ['v26.13.0', '26.13.1'],
])('%s lacks what %s has', (version, floor) => {
  expect(nodeVersionWarning(version)).toContain(floor)
})

it.each(['v20.20.0', 'v23.1.0', 'v25.0.0'])('%s gets no fixes any more', version => {
  expect(nodeVersionWarning(version)).toContain('no security fixes')
})

it.each([
  ['v22.19.0', true],
  ['v24.0.1', true],
  ['v22.18.9', false],
  ['v20.20.2', false],
])('%s is at least 22.19: %s', (version, expected) => {
  expect(isAtLeast(version, '>=22.19')).toBe(expected)
})
