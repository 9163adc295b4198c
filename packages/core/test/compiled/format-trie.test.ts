import { expect, test } from 'vitest'
import { formatTrie, type PathType, type Route } from '../../src/index.ts'

const route = (host: string | undefined, pathType: PathType, path: string): Route<string> => ({
  host,
  path,
  pathType,
  target: `${pathType} ${path}`,
})

test('a trie is drawn host by host, with the routes that can win at each node', () => {
  const routes = [
    route('shop.example.com', 'Prefix', '/'),
    route('shop.example.com', 'Prefix', '/cart'),
    route('shop.example.com', 'Prefix', '/cart'),
    route('shop.example.com', 'Exact', '/cart'),
    route('shop.example.com', 'Prefix', '/care'),
    { ...route('shop.example.com', 'Prefix', '/'), target: 'spare', fallback: true },
    route('*.example.com', 'Prefix', '/a/'),
    route(undefined, 'Exact', '/'),
  ]
  expect(formatTrie({ routes, hosts: ['empty.example.com'] }, target => target.toUpperCase())).toMatchInlineSnapshot(`
    "shop.example.com  Prefix: PREFIX /
    └─ /car
       ├─ e  Prefix: PREFIX /CARE
       └─ t  Exact: EXACT /CART  Prefix: PREFIX /CART
    *.example.com
    └─ /a  Prefix: PREFIX /A/
    empty.example.com
    (every other host)
    └─ /  Exact: EXACT /"
  `)
})
