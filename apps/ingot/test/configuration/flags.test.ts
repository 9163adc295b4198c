import { Command } from 'commander'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { allFields } from '../../src/configuration/fields.ts'
import { addFlags, flagValues } from '../../src/configuration/flags.ts'
import { readConfiguration } from '../../src/configuration/read-configuration.ts'

function read(...args: string[]) {
  const command = new Command().exitOverride()
  addFlags(command)
  command.parse(args, { from: 'user' })
  return flagValues(command, text => parse(text))
}

it('every field has a flag of its own', () => {
  const flags = allFields().map(({ flag }) => flag)
  expect(new Set(flags).size).toBe(flags.length)
  expect(flags.every(flag => /^[a-z][a-z0-9-]*$/.test(flag))).toBe(true)
})

it('nothing is said by flags that were not given', () => {
  expect(read().values).toEqual({})
})

it.each([
  [['--port', '80'], { listen: { port: 80 } }],
  [['--watch'], { watch: true }],
  [['--no-access-log'], { log: { access: false } }],
  [['-f', 'a', '-f', 'b'], { files: ['a', 'b'] }],
  [['--allow', '10.0.0.0/8', '::1'], { routes: { allow: ['10.0.0.0/8', '::1'] } }],
  [['--retry-on', '502', '503'], { routes: { retryOn: [502, 503] } }],
  [['--head-timeout', '1500ms'], { routes: { headTimeout: '1500ms' } }],
  [['--set-request-header', 'A=b=c'], { routes: { requestHeaders: { set: { A: 'b=c' } } } }],
  [['--rate-limit', '5', '--rate-limit-burst', '9'], { routes: { rateLimit: { requestsPerSecond: 5, burst: 9 } } }],
  [
    ['--override', '{ match: { host: a }, routes: { attempts: 1 } }'],
    { overrides: [{ match: { host: 'a' }, routes: { attempts: 1 } }] },
  ],
  [['--host', '12'], { listen: { host: '12' } }],
])('%j is %j', (args, expected) => {
  const given = read(...args)
  expect(given.values).toEqual(expected)
  expect(() => readConfiguration(undefined, given)).not.toThrow()
})

it('flags win over the file, field by field, and a list takes the place of a list', () => {
  const file = { file: 'f', text: 'listen: { port: 1, host: a }\nfiles: [x, y]\n' }
  const { listen, files } = readConfiguration(file, read('--port', '2', '-f', 'z'))
  expect([listen.port, listen.host, files]).toEqual([2, 'a', ['z']])
})
