import type { Route, RouteTable } from '@ingot/core'
import { oracle } from './expected.ts'
import { type Rival, targetOf } from './rivals/rival.ts'

/** Something that Ingress rules may say and a router may not understand: routes, and the requests that show it. */
interface Ability {
  readonly name: string
  readonly routes: readonly (readonly [Route<number>['pathType'], string, string?])[]
  readonly requests: readonly (readonly [host: string, path: string])[]
}

const abilities: readonly Ability[] = [
  {
    name: 'literal :',
    routes: [
      ['Prefix', '/'],
      ['Exact', '/v1/:id'],
    ],
    requests: [
      ['h', '/v1/:id'],
      ['h', '/v1/7'],
    ],
  },
  {
    name: 'literal *',
    routes: [
      ['Prefix', '/'],
      ['Exact', '/files/*'],
    ],
    requests: [
      ['h', '/files/*'],
      ['h', '/files/a'],
    ],
  },
  {
    name: 'trailing slash',
    routes: [
      ['Prefix', '/'],
      ['Prefix', '/foo'],
      ['Exact', '/bar'],
      ['Exact', '/baz/'],
    ],
    requests: [
      ['h', '/foo/'],
      ['h', '/bar/'],
      ['h', '/baz'],
      ['h', '/baz/'],
    ],
  },
  {
    name: 'one-label wildcard',
    routes: [
      ['Prefix', '/', '*.foo.com'],
      ['Prefix', '/', 'foo.com'],
    ],
    requests: [
      ['a.foo.com', '/'],
      ['a.b.foo.com', '/'],
      ['foo.com', '/'],
      ['xfoo.com', '/'],
    ],
  },
  {
    name: 'encoded characters',
    routes: [
      ['Prefix', '/'],
      ['Exact', '/a%2Fb'],
      ['Exact', '/a%20b'],
      ['Prefix', '/a'],
    ],
    requests: [
      ['h', '/a%2Fb'],
      ['h', '/a/b'],
      ['h', '/a%20b'],
      ['h', '/a%2Fb/c'],
    ],
  },
  {
    name: 'letter case',
    routes: [
      ['Prefix', '/'],
      ['Exact', '/Foo'],
    ],
    requests: [
      ['h', '/Foo'],
      ['h', '/foo'],
      ['h', '/FOO'],
    ],
  },
  {
    name: 'falling back',
    routes: [
      ['Prefix', '/'],
      ['Exact', '/a/b/c'],
      ['Prefix', '/a'],
      ['Prefix', '/a/b/d'],
    ],
    requests: [
      ['h', '/a/b/cc'],
      ['h', '/a/b/c/d'],
      ['h', '/a/b'],
      ['h', '/ab'],
      ['h', '/a/b/dd/e'],
    ],
  },
]

/** For each ability whether a rival gives the reference matcher's answers. */
export function abilitiesOf(rival: Rival): Record<string, string> {
  return Object.fromEntries(abilities.map(ability => [ability.name, verdict(rival, ability)]))
}

function verdict(rival: Rival, { routes, requests }: Ability): string {
  const table: RouteTable<number> = {
    routes: routes.map(([pathType, path, host = 'h'], target) => ({ host, path, pathType, target })),
  }
  try {
    const { find } = rival.build(table)
    const expected = oracle(table)
    const wrong = requests.find(([host, path]) => targetOf(rival, find(host, path)) !== expected(host, path)?.target)
    return wrong === undefined ? 'yes' : `no: ${wrong[1]}`
  } catch (error) {
    return `refuses: ${(error as Error).message.slice(0, 24)}`
  }
}
