import { describe, expect, it } from 'vitest'
import * as names from '../../src/schema/names.ts'

const a = (length: number) => 'a'.repeat(length)

const tables: Readonly<
  Record<string, { is: (text: string) => boolean; yes: readonly string[]; no: readonly string[] }>
> = {
  isDnsLabel: {
    is: names.isDnsLabel,
    yes: ['a', '0', 'a-b', 'web-1', a(63)],
    no: ['', '-a', 'a-', 'A', 'a.b', 'a_b', a(64), 'ä', 'a\n'],
  },
  isDnsSubdomain: {
    is: names.isDnsSubdomain,
    yes: ['a', 'a.b', 'shop.example.com', '1.2.3', `${a(64)}.com`, `${a(251)}.b`],
    no: ['', '.', 'a.', '.a', 'a..b', 'A.b', '*.a', 'a.-b', 'a:80', 'a/b', `${a(252)}.b`, 'a.b\n'],
  },
  isWildcardSubdomain: {
    is: names.isWildcardSubdomain,
    yes: ['*.a', '*.foo.com', '*.0.0.1'],
    no: ['*', '*.', '*foo.com', 'foo.*', '*.*.com', '**.com', 'foo.com', '*.Foo.com', `*.${a(252)}`],
  },
  isPortName: {
    is: names.isPortName,
    yes: ['http', 'a', '1a', 'http-alt', a(15)],
    no: ['', '80', '-a', 'a-', 'a--b', 'HTTP', 'a.b', a(16)],
  },
  isLenientIpv4: {
    is: names.isLenientIpv4,
    yes: ['127.0.0.1', '010.0.0.1', '0.0.0.0', '255.255.255.255'],
    no: ['1.2.3', '256.0.0.1', '1.2.3.4.5', 'a.0.0.1', '', '1.2.3.4.'],
  },
  isPathSegmentName: {
    is: names.isPathSegmentName,
    yes: ['a', 'A b', '...', 'ä'],
    no: ['', '.', '..', 'a/b', 'a%b'],
  },
  isDomainPrefixedPath: {
    is: names.isDomainPrefixedPath,
    yes: ['example.com/x', 'k8s.io/ingress-nginx', 'a/b/c', 'example.com/%7E~'],
    no: ['', 'nginx', '/x', 'example.com/', 'Example.com/x', 'example.com/a b', 'example.com/#'],
  },
  isQualifiedName: {
    is: names.isQualifiedName,
    yes: ['a', 'A_b.c-d', 'example.com/name', 'kubernetes.io/ingress.class', a(63)],
    no: ['', 'a/b/c', '/a', 'a/', 'Example.com/a', '-a', 'a-', 'a b', a(64)],
  },
  isLabelValue: {
    is: names.isLabelValue,
    yes: ['', 'a', 'A', '1', 'a_b.c-d', a(63)],
    no: ['-a', 'a-', '.', 'a b', 'a/b', a(64), 'a\n'],
  },
}

describe.each(Object.entries(tables))('%s', (_, { is, yes, no }) => {
  it.each(yes)('accepts %j', text => {
    expect(is(text)).toBe(true)
  })
  it.each(no)('refuses %j', text => {
    expect(is(text)).toBe(false)
  })
})

it('port numbers go from 1 to 65535', () => {
  expect([0, 1, 65_535, 65_536, 1.5, -1, Number.NaN].map(names.isPortNumber)).toEqual([
    ...[false, true, true, false, false, false, false],
  ])
})
