import { compile } from '@ingot/core'
import { linearMatcher } from '@ingot/core/linear'
import { describe, expect, it } from 'vitest'
import { readManifests } from '../src/manifests/read-manifests.ts'
import { translate } from '../src/translate.ts'
import {
  type ConformanceCase,
  type ConformanceOutcome,
  loadConformanceCases,
  manifestsOf,
  optionsOf,
  readCases,
  upstreamsOf,
  wireRequestOf,
} from './conformance-cases.ts'
import { type Decision, decide } from './decide-request.ts'

const cases = loadConformanceCases()
const matchers = { compiled: compile, linear: linearMatcher }

describe.each(Object.entries(matchers))('%s matcher', (_, matcherOf) => {
  it.each(cases.map(found => [found.clause, found.name, found] as const))('%s: %s', (_clause, _name, found) => {
    const ports = portsOf(found)
    const { matching, path, translate: options } = optionsOf(found, name => ports.get(name)!)
    const { objects } = readManifests(
      manifestsOf(found, name => ports.get(name)!),
      { file: found.file },
    )
    const translation = translate(objects, options)
    const matcher = matcherOf(translation.table, matching)
    for (const request of found.requests) {
      const decision = decide(wireRequestOf(request), matcher, translation, path)
      expect(outcomeOf(decision, ports, request.expect), JSON.stringify(request)).toEqual(request.expect)
    }
  })
})

/** A port for each upstream, all different, so that the port says which one was reached. */
function portsOf(found: ConformanceCase): Map<string, number> {
  return new Map(upstreamsOf(found).map((name, index) => [name, 30_001 + index]))
}

/** The decision in the words of the expectation, which may leave out the reason and accept one of several statuses. */
function outcomeOf(decision: Decision, ports: ReadonlyMap<string, number>, expected: ConformanceOutcome): unknown {
  if ('port' in decision) {
    const backend = [...ports].find(([, port]) => port === decision.port)?.[0]
    return 'path' in expected ? { backend, path: decision.path } : { backend }
  }
  const { status, reason } = decision
  const accepted = 'status' in expected && [expected.status].flat().includes(status) ? expected.status : status
  return 'reason' in expected || !('status' in expected) ? { status: accepted, reason } : { status: accepted }
}

describe('the cases', () => {
  it('are refused if they have a field that nobody reads', () => {
    const text = '[{ name: x, clause: "1", manifests: "", request: [] }]'
    expect(() => readCases(text, 'x.yaml')).toThrow('x.yaml[0] has unknown fields: request')
  })

  it('cover every clause that needs neither a cluster nor TLS', () => {
    const covered = new Set(cases.map(({ clause }) => clause))
    const clauses = [
      ...['1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10', '1.11'],
      ...['2.1', '2.2', '2.3', '2.4', '2.5', '2.6', '2.7', '3.1', '3.3'],
      ...['4.1', '4.2', '4.3', '4.3a', '4.4', '4.5', '4.6', '4.7', '4.8', '4.9', '4.10'],
      ...['5.1', '5.2', '5.3', '5.4', '5.5', '5.7', '6.1', '6.2', '6.3', '6.4', '6.5'],
      ...['7.1', '7.2', '7.3', '7.4', '7.5', '7.6', '7.7', '7.8', '7.9', '7.11'],
      ...['8.1', '8.2', '8.3', '8.4', '8.5', '8.6', '8.7', '8.8', '8.9'],
      ...['9.1', '9.2', '9.3', '9.4', '9.5', '9.6', '9.7', '9.8', '9.9'],
      ...['10.1', '10.2', '10.3', '10.4', '10.5', '10.6'],
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15].map(number => `14 (${number})`),
    ]
    expect(clauses.filter(clause => !covered.has(clause))).toEqual([])
  })
})
