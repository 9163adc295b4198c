import { describe, expect, it } from 'vitest'
import { type ProfileName, profiles } from '../src/profile.ts'
import { writtenPaths } from '../src/routes/written-paths.ts'
import { documents, ingress, ingressClass, rule, translateText } from './builders.ts'

const names = Object.keys(profiles) as ProfileName[]

describe('a profile', () => {
  it.each(names)('serves the classes of its controller and of no other: %s', name => {
    const { controller } = profiles[name]
    const text = documents(
      ...names.map(one => ingressClass(one, profiles[one].controller)),
      ...names.map(one => ingress(one, `{ ingressClassName: ${one}, rules: [${rule('a.com', '/')}] }`)),
    )
    const { ingresses } = translateText(text, { ...profiles[name].translate, controller })
    const owned = ingresses.filter(({ decision }) => decision.owned).map(({ ingress: { metadata } }) => metadata.name)
    expect(owned).toEqual([name])
  })

  it('needs a matcher of its own unless it is that of Ingot', () => {
    expect(names.filter(name => profiles[name].complete)).toEqual(['ingot'])
  })
})

describe('written paths', () => {
  const spec = (host: string, path: string, pathType = 'Prefix') => `{ rules: [${rule(host, path, pathType)}] }`
  const texts = (...manifests: string[]) => {
    const { ingresses } = translateText(documents(...manifests))
    return writtenPaths(ingresses).map(({ host, text, path }) => [host, text, path])
  }

  it('come in the order of their Ingresses, each with what the matcher compares', () => {
    expect(texts(ingress('b', spec('b.com', '/%7Ex')), ingress('a', spec('a.com', '/y')))).toEqual([
      ['a.com', '/y', '/y'],
      ['b.com', '/%7Ex', '/~x'],
    ])
  })

  it('are there too where no request can have them as plain text', () => {
    expect(texts(ingress('a', spec('a.com', '/x\\d', 'ImplementationSpecific')))).toEqual([
      ['a.com', '/x\\d', undefined],
    ])
  })
})
