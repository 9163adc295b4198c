import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diagnose } from '../../src/analysis/diagnose.ts'
import { explainer } from '../../src/analysis/explain.ts'
import { requestClasses } from '../../src/analysis/request-classes.ts'
import {
  type HostFallthrough,
  normaliseHost,
  normalisePath,
  type PathOptions,
  type RouteTable,
} from '../../src/index.ts'
import { linearMatcher } from '../../src/linear.ts'
import { denseHost, densePath, denseTable } from '../dense-tables.ts'

const tables = denseTable(25)
const requests = fc.array(fc.tuple(denseHost, densePath), { minLength: 30, maxLength: 30 })
const fallthrough = fc.constantFrom<HostFallthrough>('none', 'wildcard', 'all')
const pathOptions = fc.record<PathOptions>({
  encodedSlash: fc.constantFrom('keep', 'reject', 'decode'),
  maxLength: fc.constantFrom(8192, 4, 7),
  maxElements: fc.constantFrom(1024, 1, 2),
})

function winners(table: RouteTable<number>, hostFallthrough: HostFallthrough) {
  const matcher = linearMatcher(table, { hostFallthrough })
  return (host: string, path: string) => matcher.match(host, path)?.route.target
}

test('a route that never wins wins no request, under no fall-through', () => {
  fc.assert(
    fc.property(tables, pathOptions, requests, fallthrough, (table, options, requests, hostFallthrough) => {
      const winner = winners(table, hostFallthrough)
      const never = new Set(diagnose(table, options).flatMap(finding => (finding.neverWins ? finding.index : [])))
      const classes = [...requestClasses([table], { ...options, hostFallthrough })]
      for (const [host, path] of [...requests, ...classes.map(({ host, path }) => [host, path] as const)]) {
        if (normalisePath(path, options) !== path) continue
        expect(never, `${host} ${path}`).not.toContain(winner(host, path))
      }
    }),
    { numRuns: 500 },
  )
})

test('a route without such a finding wins the request that stands for its class', () => {
  fc.assert(
    fc.property(tables, pathOptions, fallthrough, (table, options, hostFallthrough) => {
      const winner = winners(table, hostFallthrough)
      const won = new Set<number | undefined>()
      for (const { host, path } of requestClasses([table], { ...options, hostFallthrough })) won.add(winner(host, path))
      const never = new Set(diagnose(table, options).flatMap(finding => (finding.neverWins ? finding.index : [])))
      for (const index of table.routes.keys()) expect(won.has(index), `route ${index}`).toBe(!never.has(index))
    }),
    { numRuns: 500 },
  )
})

test('the proof of a finding can be sent, is no request the route wins, and goes to the winner it names', () => {
  fc.assert(
    fc.property(tables, pathOptions, fallthrough, (table, options, hostFallthrough) => {
      const winner = winners(table, hostFallthrough)
      for (const finding of diagnose(table, options)) {
        expect(finding.winner).toBe(table.routes[finding.winnerIndex ?? -1])
        if (finding.proof === undefined || finding.code === 'ambiguous-path') continue
        const { host, path } = finding.proof
        expect(normaliseHost(host)).toBe(host)
        expect(normalisePath(path, options)).toBe(path)
        expect(winner(host, path)).toBe(finding.winnerIndex)
        expect(finding.winnerIndex).not.toBe(finding.index)
      }
    }),
    { numRuns: 500 },
  )
})

test('with the guard in front, every other route wins a request, and the proof of an ambiguous path is refused', () => {
  const withoutLimits = fc.record<PathOptions>({ encodedSlash: fc.constantFrom('keep', 'reject', 'decode') })
  const sameTarget = (a: number, b: number) => a >> 1 === b >> 1
  fc.assert(
    fc.property(tables, withoutLimits, (table, options) => {
      const explain = explainer(table, { ...options, sameTarget })
      const won = new Set<number | undefined>()
      for (const request of requestClasses([table], options)) won.add(explain(request).winnerIndex)
      const findings = diagnose(table, { ...options, sameTarget })
      for (const { code, proof } of findings) {
        if (code === 'ambiguous-path') expect(explain(proof!).code).toBe('ambiguous-path')
      }
      const excused = new Set(
        findings.flatMap(({ code, neverWins, index }) => {
          return neverWins || code === 'ambiguous-path' ? index : []
        }),
      )
      for (const index of table.routes.keys()) expect(won.has(index), `route ${index}`).toBe(!excused.has(index))
    }),
    { numRuns: 300 },
  )
})

test('without the route, the proof of one that never wins goes to the same winner: it takes nothing from anyone', () => {
  fc.assert(
    fc.property(tables, requests, fallthrough, (table, requests, hostFallthrough) => {
      const never = new Set(diagnose(table).flatMap(finding => (finding.neverWins ? finding.index : [])))
      const hosts = [...(table.hosts ?? []), ...table.routes.map(route => route.host)]
      const routes = table.routes.filter((_, index) => !never.has(index))
      const [before, after] = [winners(table, hostFallthrough), winners({ routes, hosts }, hostFallthrough)]
      for (const [host, path] of requests) expect(after(host, path), `${host} ${path}`).toBe(before(host, path))
    }),
  )
})

test('a route that never wins would, were it not for the winner named and its other duplicates, win its proof', () => {
  fc.assert(
    fc.property(tables, fallthrough, (table, hostFallthrough) => {
      const findings = diagnose(table).filter(finding => finding.neverWins && finding.winnerIndex !== undefined)
      for (const { index, winnerIndex, proof } of findings) {
        const rivals = new Set(findings.flatMap(other => (other.winnerIndex === winnerIndex ? other.index : [])))
        const routes = table.routes.filter(
          (_, other) => other === index || (other !== winnerIndex && !rivals.has(other)),
        )
        expect(winners({ routes }, hostFallthrough)(proof!.host, proof!.path)).toBe(index)
      }
    }),
  )
})
