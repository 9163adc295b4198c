import { describe, expect, it } from 'vitest'
import { parseResolveFlag, readResolveFile } from '../src/resolve-entries.ts'

describe('--resolve', () => {
  it.each([
    ['cart=127.0.0.1:9000', { service: 'cart', endpoints: [{ address: '127.0.0.1', port: 9000 }] }],
    [
      'shop/cart=cart.local:80',
      { namespace: 'shop', service: 'cart', endpoints: [{ address: 'cart.local', port: 80 }] },
    ],
    ['cart:http=[::1]:80', { service: 'cart', port: 'http', endpoints: [{ address: '::1', port: 80 }] }],
    ['cart:8080=a:1', { service: 'cart', port: 8080, endpoints: [{ address: 'a', port: 1 }] }],
    [
      'cart=a:1,b:2',
      {
        service: 'cart',
        endpoints: [
          { address: 'a', port: 1 },
          { address: 'b', port: 2 },
        ],
      },
    ],
  ])('reads %s', (text, expected) => {
    expect(parseResolveFlag(text)).toEqual(expected)
  })

  it.each([
    'cart',
    'cart=',
    'cart=host',
    'cart=host:0',
    'cart=host:65536',
    'Cart=host:1',
    'a/b/c=host:1',
    'cart=::1:80',
  ])('refuses %s', text => {
    expect(() => parseResolveFlag(text)).toThrow(TypeError)
  })
})

describe('resolve.yaml', () => {
  it('maps Services to one endpoint or several', () => {
    const { resolve, diagnostics } = readResolveFile('cart: a:1\nshop/web:http: [b:2, c:3]\n', 'resolve.yaml')
    expect(diagnostics).toEqual([])
    expect(resolve).toEqual([parseResolveFlag('cart=a:1'), parseResolveFlag('shop/web:http=b:2,c:3')])
  })

  it('keeps the good entries beside a bad one, and names the bad one with its file', () => {
    const { resolve, diagnostics } = readResolveFile('cart: a:1\nweb: nowhere\n', 'resolve.yaml')
    expect(resolve).toEqual([parseResolveFlag('cart=a:1')])
    expect(diagnostics).toMatchObject([
      {
        code: 'invalid-resolve-file',
        message: expect.stringContaining('nowhere'),
        position: { file: 'resolve.yaml', line: 2 },
      },
    ])
  })

  it.each(['cart: [', '- cart', 'cart: 80', 'cart: { host: a }'])(
    'that is no such mapping is a diagnostic: %s',
    text => {
      const { resolve, diagnostics } = readResolveFile(text, 'resolve.yaml')
      expect(resolve).toEqual([])
      expect(diagnostics).toMatchObject([{ code: 'invalid-resolve-file', severity: 'error' }])
    },
  )

  it('may be empty', () => {
    expect(readResolveFile('', 'resolve.yaml')).toEqual({ resolve: [], diagnostics: [] })
  })
})
