import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CompiledMatcher, compile, type HostFallthrough, type Match, matchBytes } from '../src/index.ts'
import { linearMatcher } from '../src/linear.ts'
import { requestHost, requestPath, tableArbitrary } from './arbitraries.ts'

const requests = fc.array(fc.tuple(requestHost, requestPath), { minLength: 20, maxLength: 20 })

/** Matches by bytes that lie between other bytes; what is not ASCII becomes bytes that are not. */
function matchEncoded(matcher: CompiledMatcher<number>, host: string, path: string): Match<number> | undefined {
  const [hostBytes, pathBytes] = [encoder.encode(host), encoder.encode(path)]
  const bytes = Uint8Array.of(47, 46, ...pathBytes, 47, 97, ...hostBytes, 46, 97)
  const hostStart = 4 + pathBytes.length
  return matchBytes(matcher, bytes, hostStart, hostStart + hostBytes.length, 2, 2 + pathBytes.length)
}

const encoder = new TextEncoder()

for (const hostFallthrough of ['none', 'wildcard', 'all'] satisfies HostFallthrough[]) {
  test(`the compiled matcher gives the answer of the linear one, with hostFallthrough ${hostFallthrough}`, () => {
    fc.assert(
      fc.property(tableArbitrary(40), requests, (table, requests) => {
        const compiled = compile(table, { hostFallthrough })
        const linear = linearMatcher(table, { hostFallthrough })
        for (const [host, path] of requests) {
          const expected = linear.match(host, path)
          expect(compiled.match(host, path), `${host} ${path}`).toEqual(expected)
          expect(matchEncoded(compiled, host, path), `${host} ${path}`).toEqual(expected)
        }
        expect(compiled.defaultTarget).toBe(linear.defaultTarget)
      }),
      { numRuns: 300 },
    )
  })
}
