import { normalisePath } from '@ingot/core'
import { linearMatcher } from '@ingot/core/linear'
import type { KubernetesObject, ProfileName } from '@ingot/kubernetes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameAnswer } from '../../src/diff/answers.ts'
import { compareViews } from '../../src/diff/compare-views.ts'
import { pathTest } from '../../src/profiles/path-pattern.ts'
import { profileMatcher } from '../../src/profiles/profile-matcher.ts'
import { type RoutingView, routingView, type ViewOptions } from '../../src/view/routing-view.ts'
import { ingressObjects, requestHost, requestPath } from '../arbitrary-ingresses.ts'

const fallthrough = fc.constantFrom('none', 'wildcard', 'all')
const request = fc.tuple(requestHost, requestPath)

function view(objects: readonly KubernetesObject[], options: Partial<ViewOptions> = {}): RoutingView {
  return routingView({ objects, resolve: [] }, { profile: 'ingot', ...options })
}

/** What the reference matcher answers, as the name of a backend. */
function linear({ table, matching }: RoutingView): (host: string, path: string) => string {
  const matcher = linearMatcher(table, matching)
  return (host, path) => (matcher.match(host, path)?.route.target ?? matcher.defaultTarget)?.backend ?? '404'
}

/** A manifest set and one made from it, so that most of the two is equal. */
const twoSets = fc
  .tuple(ingressObjects, ingressObjects, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))
  .map(
    ([old, other, kept]) =>
      [old, old.map((object, index) => (kept[index] ? object : (other[index] ?? object)))] as const,
  )

describe('the comparison of two sets of manifests', () => {
  it('misses no request: where nothing is listed, the linear matcher agrees on every request', () => {
    let equal = 0
    fc.assert(
      fc.property(
        twoSets,
        fallthrough,
        fallthrough,
        fc.array(request, { maxLength: 40 }),
        ([old, now], a, b, requests) => {
          const [before, after] = [view(old, { hostFallthrough: a }), view(now, { hostFallthrough: b })]
          if (compareViews(before, after).changes.length > 0) return
          equal++
          const [was, is] = [linear(before), linear(after)]
          for (const [host, path] of requests) expect(is(host, path)).toBe(was(host, path))
        },
      ),
      { numRuns: 1000 },
    )
    expect(equal).toBeGreaterThan(100)
  })

  it('lists a change of the same kind for every request that the linear matcher answers differently', () => {
    fc.assert(
      fc.property(
        twoSets,
        fallthrough,
        fc.array(request, { maxLength: 40 }),
        ([old, now], hostFallthrough, requests) => {
          const [before, after] = [view(old, { hostFallthrough }), view(now, { hostFallthrough })]
          const [was, is] = [linear(before), linear(after)]
          const listed = compareViews(before, after).changes.map(
            ({ host, path }) => `${was(host, path)} ${is(host, path)}`,
          )
          for (const [host, path] of requests) {
            const [a, b] = [was(host, path), is(host, path)]
            if (a !== b) expect(listed).toContain(`${a} ${b}`)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('lists only what is so: the linear matcher or the guard answers each example differently', () => {
    fc.assert(
      fc.property(twoSets, ([old, now]) => {
        const [before, after] = [view(old), view(now)]
        const [was, is] = [linear(before), linear(after)]
        for (const { host, path, before: a, after: b } of compareViews(before, after).changes) {
          expect(normalisePath(path)).toBe(path)
          expect(sameAnswer(a, b)).toBe(false)
          const refused = [a, b].filter(({ status }) => status === 400).length
          if (refused === 0) expect([was(host, path), is(host, path)]).toEqual([a.backend ?? '404', b.backend ?? '404'])
          expect(refused).toBeLessThan(2)
        }
      }),
      { numRuns: 500 },
    )
  })
})

const profileName = fc.constantFrom<ProfileName>('ingot', 'ingress-nginx', 'haproxy-ingress', 'traefik', 'contour')

/** What a profile answers, by its rules and nothing else. */
function byRules(one: RoutingView): (host: string, path: string) => string {
  const matcher = one.profile ?? profileMatcher('ingot', one.translation, one.matching.hostFallthrough)
  return (host, path) => {
    const answer = matcher.rulesFor(host).find(({ pattern }) => pathTest(pattern)(path))?.answer
    return answer === undefined ? '404' : `${answer.kind} ${answer.target.backend}`
  }
}

describe('the comparison of two profiles', () => {
  it('lists a change of the same kind for every request that they answer differently, and only such', () => {
    fc.assert(
      fc.property(
        ingressObjects,
        profileName,
        profileName,
        fc.array(request, { maxLength: 40 }),
        (objects, a, b, requests) => {
          const [before, after] = [view(objects, { profile: a }), view(objects, { profile: b })]
          fc.pre(before.profile !== undefined || after.profile !== undefined)
          const [was, is] = [byRules(before), byRules(after)]
          const { changes, complete } = compareViews(before, after)
          expect(complete).toBe(true)
          const listed = changes.map(({ host, path }) => `${was(host, path)} -> ${is(host, path)}`)
          for (const change of listed) expect(change.split(' -> ')[0]).not.toBe(change.split(' -> ')[1])
          for (const [host, path] of requests) {
            if (was(host, path) !== is(host, path)) expect(listed).toContain(`${was(host, path)} -> ${is(host, path)}`)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('takes the rules of Ingot for what the linear matcher takes them for', () => {
    fc.assert(
      fc.property(
        ingressObjects,
        fallthrough,
        fc.array(request, { maxLength: 30 }),
        (objects, hostFallthrough, requests) => {
          const one = view(objects, { hostFallthrough })
          const [rules, table] = [byRules(one), linear(one)]
          for (const [host, path] of requests) expect(rules(host, path).replace('target ', '')).toBe(table(host, path))
        },
      ),
      { numRuns: 500 },
    )
  })
})
