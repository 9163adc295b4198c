import { describe, expect, it } from 'vitest'
import { bases } from './api-server/bases.ts'
import { exceptions } from './api-server/exceptions.ts'
import { recordedCases } from './api-server/recorded-cases.ts'
import { difference, exceptionFor, ourVerdict } from './api-server/verdict.ts'

const recorded = recordedCases()

describe('what a kube-apiserver said about an object is what validation says:', () => {
  it.each(Object.keys(bases))('objects made from %s', base => {
    const cases = recorded.filter(one => one.base === base)
    const differences = cases.flatMap(one => {
      const found = difference(ourVerdict(one), one)
      return found === undefined ? [] : [`${JSON.stringify(one.changes)}: ${found}`]
    })
    expect(cases.length).toBeGreaterThan(20)
    expect(differences).toEqual([])
  })

  it('some are accepted, some refused, and some have fields that nobody knows', () => {
    expect(recorded.filter(({ accepted }) => accepted).length).toBeGreaterThan(500)
    expect(recorded.filter(({ accepted }) => !accepted).length).toBeGreaterThan(500)
    expect(recorded.filter(({ unknown }) => unknown.length > 0).length).toBeGreaterThan(50)
  })
})

it.each(exceptions)('verdicts differ because $why', ({ why }) => {
  expect(recorded.some(one => exceptionFor(ourVerdict(one), one) === why)).toBe(true)
})
