import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError, readConfiguration } from '../../src/configuration/read-configuration.ts'

const noFlags = { values: {}, flags: new Map<string, string>() }
const read = (text: string) => readConfiguration({ file: 'ingot.yaml', text }, noFlags)

/** Every problem as `line:column field message`. */
function problems(text: string): string[] {
  try {
    read(text)
  } catch (error) {
    return (error as ConfigurationError).problems.map(
      ({ place, field, message }) => `${place.replace('ingot.yaml:', '')} ${field} ${message}`,
    )
  }
  return []
}

describe('a configuration', () => {
  it('may be empty', () => {
    expect(read('').listen.port).toBe(8080)
    expect(read('# nothing\n').workers).toBe(1)
  })

  it.each([
    ['drain: { delay: 5 }', 5_000],
    ['drain: { delay: 500ms }', 500],
    ['drain: { delay: 1.5s }', 1_500],
    ['drain: { delay: 2m }', 120_000],
    ['drain: { delay: 1h }', 3_600_000],
  ])('has times: %s', (text, milliseconds) => {
    expect(read(text).drain.delay).toBe(milliseconds)
  })

  it.each([
    ['listen: { maxHeaderBytes: 100 }', 100],
    ['listen: { maxHeaderBytes: 1kB }', 1_000],
    ['listen: { maxHeaderBytes: 1.5KiB }', 1_536],
    ['listen: { maxHeaderBytes: 2MiB }', 2 ** 21],
  ])('has sizes: %s', (text, bytes) => {
    expect(read(text).listen.maxHeaderBytes).toBe(bytes)
  })

  it.each([
    [
      'requests:\n  trustedProxies:\n    - 10.0.0.0/33\n',
      '3:7 requests.trustedProxies.0 an IP address or a CIDR block such as 10.0.0.0/8 is expected',
    ],
    ['resolve: [web]', "1:11 resolve.0 'web' is not SERVICE=HOST:PORT"],
    ['routes:\n  rewrite: { path: /a, prefix: /b }\n', '2:12 routes.rewrite one of path and prefix is expected'],
    ['routes: { rateLimit: { burst: 1 } }', '1:22 routes.rateLimit.requestsPerSecond requestsPerSecond is missing'],
    ['listen: 80', '1:9 listen a mapping is expected'],
    ['files: a', '1:8 files a list is expected'],
    ['a: 1\na: 2\n', '2:1  Map keys must be unique'],
    [
      'upstreams: { tls: { caFile: /nowhere } }',
      "1:29 upstreams.tls.caFile ENOENT: no such file or directory, open '/nowhere'",
    ],
    [
      'overrides:\n  - match: { host: a }\n    upstreams: {}\n',
      '2:5 overrides.0 upstreams of a Service can only be told apart by `match.service` alone',
    ],
  ])('that is wrong is a problem with its place: %j', (text, problem) => {
    expect(problems(text)).toEqual([problem])
  })

  it('of any text is read, or refused with reasons, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom(...'{}[]:,&*a \n-"') })), text => {
        try {
          read(text)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError)
        }
      }),
    )
  })
})
