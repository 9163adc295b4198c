import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, type HostFallthrough } from '../src/index.ts'
import { linearMatcher } from '../src/linear.ts'
import { requestHost, requestPath, tableArbitrary } from './arbitraries.ts'

const requests = fc.array(fc.tuple(requestHost, requestPath), { minLength: 20, maxLength: 20 })

for (const hostFallthrough of ['none', 'wildcard', 'all'] satisfies HostFallthrough[]) {
  test(`the compiled matcher gives the answer of the linear one, with hostFallthrough ${hostFallthrough}`, () => {
    fc.assert(
      fc.property(tableArbitrary(40), requests, (table, requests) => {
        const compiled = compile(table, { hostFallthrough })
        const linear = linearMatcher(table, { hostFallthrough })
        for (const [host, path] of requests) {
          expect(compiled.match(host, path), `${host} ${path}`).toEqual(linear.match(host, path))
        }
        expect(compiled.defaultTarget).toBe(linear.defaultTarget)
      }),
      { numRuns: 300 },
    )
  })
}
