import { expect, it } from 'vitest'
import { readConfiguration } from '../../src/configuration/read-configuration.ts'
import { servesApart } from '../../src/configuration/traffic-options.ts'

const apart = (text: string) =>
  servesApart(readConfiguration({ file: 'ingot.yaml', text }, { values: {}, flags: new Map() }))

it('has traffic served by other threads than the one that reads, if there are several or a cluster changes', () => {
  expect(apart('workers: 1')).toBe(false)
  expect(apart('workers: 2')).toBe(true)
  expect(apart('cluster: { enabled: true }')).toBe(true)
})
