import { describe, expect, it } from 'vitest'
import type { ClassOptions } from '../src/ingress-class.ts'
import { documents, ingress, ingressClass, rule, translateText } from './builders.ts'

const OURS = 'ingot.dev/ingress-controller'
const rules = `rules: [${rule('a.com', '/')}]`
const named = (name: string) => ingress('a', `{ ingressClassName: ${name}, ${rules} }`)
const annotated = (name: string, field = '') =>
  ingress('a', `{ ${field}${rules} }`, `annotations: { kubernetes.io/ingress.class: ${name} }`)
const unnamed = ingress('a', `{ ${rules} }`)
const asDefault = 'annotations: { ingressclass.kubernetes.io/is-default-class: "true" }'

const ours = ingressClass('ours', OURS)
const theirs = ingressClass('theirs', 'example.com/theirs')

const table: readonly (readonly [string, string[], ClassOptions, string])[] = [
  ['a class with our controller', [ours, named('ours')], {}, 'class-ours'],
  ['a class with another controller', [theirs, named('theirs')], {}, 'other-controller'],
  [
    'a controller name of our own choice',
    [theirs, named('theirs')],
    { controller: 'example.com/theirs' },
    'class-ours',
  ],
  ['a class that was not asked for', [ours, named('ours')], { classNames: ['b'] }, 'other-class'],
  [
    'a class asked for whatever its controller',
    [theirs, named('theirs')],
    { classNames: ['theirs'], anyController: true },
    'class-ours',
  ],
  ['a class that does not exist', [ours, named('ghost')], {}, 'class-not-found'],
  [
    'a class that exists by name alone',
    [ours, named('ghost')],
    { classNames: ['ghost'], classByName: true },
    'class-ours',
  ],
  ['an annotation with our class', [ours, annotated('ours')], {}, 'annotation-ours'],
  [
    'an annotation with a name that was asked for',
    [ours, annotated('old')],
    { classNames: ['old'] },
    'annotation-ours',
  ],
  ['an annotation with another name', [ours, annotated('nginx')], {}, 'other-annotation'],
  ['an annotation against the field', [ours, annotated('nginx', 'ingressClassName: ours, ')], {}, 'other-annotation'],
  [
    'our annotation against the field',
    [ours, theirs, annotated('ours', 'ingressClassName: theirs, ')],
    {},
    'annotation-ours',
  ],
  ['no class', [ours, unnamed], {}, 'class-missing'],
  ['no class, if such are served', [ours, unnamed], { watchWithoutClass: true }, 'without-class-watched'],
  ['no class, and our default', [ingressClass('d', OURS, asDefault), unnamed], {}, 'default-class-ours'],
  ['no class, and the default of another', [ingressClass('d', 'b.com/x', asDefault), unnamed], {}, 'other-controller'],
  [
    'no class and a default, in a cluster',
    [ingressClass('d', OURS, asDefault), unnamed],
    { mode: 'cluster' },
    'class-missing',
  ],
  ['no IngressClass at all', [unnamed], {}, 'no-class-needed'],
  ['no IngressClass at all, and a name', [named('nginx')], {}, 'no-class-needed'],
  ['no IngressClass at all, in a cluster', [named('nginx')], { mode: 'cluster' }, 'class-not-found'],
  ['no IngressClass at all, and a name that was asked for', [named('nginx')], { classNames: ['nginx'] }, 'class-ours'],
  ['no IngressClass at all, and another name', [named('nginx')], { classNames: ['other'] }, 'other-class'],
  ['a namespace that is not served', [ours, named('ours')], { namespaces: ['prod'] }, 'other-namespace'],
]

describe('an Ingress with', () => {
  it.each(table)('%s', (_, texts, options, reason) => {
    const { ingresses, table: routes } = translateText(documents(...texts), options)
    const owned = /ours|needed|watched/.test(reason)
    expect(ingresses.map(({ decision }) => [decision.reason, decision.owned])).toEqual([[reason, owned]])
    expect(routes.routes).toHaveLength(owned ? 1 : 0)
    expect(ingresses[0]?.decision.explanation).toMatch(/^[a-z].*[^.]$/)
  })

  it('two default classes gets the newest, then the one that is first by name', () => {
    const dated = (name: string, date: string) => ingressClass(name, OURS, `${asDefault}, creationTimestamp: "${date}"`)
    const classOf = (...classes: string[]) =>
      translateText(documents(...classes, unnamed)).ingresses[0]?.decision.className
    expect(classOf(dated('a', '2024-01-01T00:00:00Z'), dated('b', '2024-01-02T00:00:00Z'))).toBe('b')
    expect(classOf(dated('b', '2024-01-01T00:00:00Z'), dated('a', '2024-01-01T00:00:00Z'))).toBe('a')
  })
})
