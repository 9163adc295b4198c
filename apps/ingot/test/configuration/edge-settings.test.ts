import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { allFields } from '../../src/configuration/fields.ts'
import { readConfiguration } from '../../src/configuration/read-configuration.ts'

const page = readFileSync(new URL('../../../../docs/edge-settings.md', import.meta.url), 'utf8')
const noFlags = { values: {}, flags: new Map() }

it('the page of edge settings names only flags that there are', () => {
  const flags = new Set(allFields().map(({ flag }) => `--${flag}`))
  const named = [...page.matchAll(/`(--[a-z0-9-]+)`/g)].map(([, flag]) => flag!)
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter(flag => !flags.has(flag))).toEqual([])
})

it('its defaults are those of the program', () => {
  const { listen, matching, upstreams } = readConfiguration(undefined, noFlags)
  expect(listen).toMatchObject({
    ...{ maxConnections: 20_000, maxConnectionsPerAddress: 0, maxHeaderBytes: 16_384, maxHeaders: 200 },
    ...{ headerTimeout: 30_000, handshakeTimeout: 10_000, keepAliveTimeout: 75_000, maxConcurrentStreams: 100 },
  })
  expect([matching.maxPathLength, matching.maxPathElements, upstreams.maxResponseHead]).toEqual([8_192, 1_024, 65_536])
})

it('its example is a configuration', () => {
  const text = /```yaml\n([\s\S]*?)```/.exec(page)![1]!
  expect(readConfiguration({ file: 'example', text }, noFlags).routes.maxBodyBytes).toBe(10 * 2 ** 20)
})
