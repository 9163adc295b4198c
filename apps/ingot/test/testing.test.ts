import { expect as jestExpect } from 'expect'
import { describe, expect, it } from 'vitest'
import { createIngressMatchers, type IngressMatchers, ingressMatchers } from '../src/testing.ts'
import { ingress } from './manifests.ts'

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends IngressMatchers<R> {}
}

expect.extend(ingressMatchers)

const text = ingress('a', { 'shop.example.com': ['/ p web', '/cart p cart'] })
const objects = [JSON.parse(text.replace('---', ''))]

describe('toRoute', () => {
  it('takes YAML or JSON text, one object, or a list', () => {
    expect(text).toRoute('https://shop.example.com/cart', 'cart')
    expect(objects).toRoute('https://shop.example.com/cart', 'default/cart:80')
    expect(objects[0]).toRoute({ url: '/x', headers: { host: 'shop.example.com' } }, 'web')
  })

  it('can be turned round', () => {
    expect(text).not.toRoute('https://shop.example.com/', 'cart')
    expect(() => expect(text).not.toRoute('https://shop.example.com/cart', 'cart')).toThrow(
      'expected it not to reach cart',
    )
  })

  it('fails with where the request goes, and why', () => {
    const failing = () => expect(text).toRoute('https://shop.example.com/cartoon', 'cart')
    expect(failing).toThrow('expected cart, but it is default/web:80')
    expect(failing).toThrow('a Prefix ends where an element of the path ends')
  })

  it('sees that objects have changed', () => {
    const mutable = structuredClone(objects)
    expect(mutable).toRoute('https://shop.example.com/cart', 'cart')
    mutable[0].spec.rules[0].http.paths.pop()
    expect(mutable).toRoute('https://shop.example.com/cart', 'web')
  })

  it('refuses what is no manifest', () => {
    expect(() => expect('a: 1').toRoute('http://a.test/', 'web')).toThrow('There are no Kubernetes objects')
    expect(() => expect([{}]).toRoute('http://a.test/', 'web')).toThrow('without apiVersion and kind')
  })
})

describe('toAnswer', () => {
  it('is for requests that the proxy answers itself', () => {
    expect(text).toAnswer('https://other.example.com/', 404)
    expect(text).not.toAnswer('https://shop.example.com/', 404)
  })
})

describe('matchers with options', () => {
  it('look at manifests as the options say', () => {
    const { toRoute } = createIngressMatchers({ profile: 'traefik' })
    expect(toRoute(text, 'https://shop.example.com/cartoon', 'cart').pass).toBe(true)
  })
})

describe("under Jest's expect", () => {
  jestExpect.extend(ingressMatchers)
  const expected = (manifests: unknown) =>
    jestExpect(manifests) as unknown as IngressMatchers<void> & { not: IngressMatchers<void> }

  it('says the same', () => {
    expected(text).toRoute('https://shop.example.com/cart', 'cart')
    expected(text).not.toRoute('https://shop.example.com/', 'cart')
    expected(text).toAnswer('https://other.example.com/', 404)
    expect(() => expected(text).toRoute('https://shop.example.com/cartoon', 'cart')).toThrow(
      'expected cart, but it is default/web:80',
    )
  })
})
