import { expect, test } from 'vitest'
import { compile, measure, type Route } from '../../src/index.ts'

const tableOf = (hosts: readonly string[]) => {
  return { routes: hosts.map((host, target): Route<number> => ({ host, path: '/', pathType: 'Prefix', target })) }
}

/** Checks that every host is found, and returns how many slots a search looks at in the worst case. */
function longestChainOver(hosts: readonly string[]): number {
  const matcher = compile(tableOf(hosts))
  hosts.forEach((host, target) => {
    expect(matcher.match(host.replace('*', 'any'), '/')?.route.target).toBe(target)
  })
  return measure(matcher).longestChain
}

const LETTERS = 'bcdefghijklmnopqrstuvwxyz'

test('ten thousand ordinary hosts are found in short chains', () => {
  expect(
    longestChainOver(Array.from({ length: 10_000 }, (_, i) => `app-${i}.team${i % 40}.example.com`)),
  ).toBeLessThanOrEqual(64)
})

test('hosts that differ in one place each, every one at another, are found in short chains', () => {
  const base = 'a'.repeat(60)
  const hosts = Array.from({ length: 60 * LETTERS.length }, (_, i) => {
    const place = i % 60
    return `${base.slice(0, place)}${LETTERS[Math.floor(i / 60)]}${base.slice(place + 1)}.example.com`
  })
  expect(longestChainOver(hosts)).toBeLessThanOrEqual(64)
})

test('hosts that differ only where no sampled character is are found in short chains', () => {
  const hosts = Array.from({ length: 4_096 }, (_, i) => {
    const middle = i.toString(2).padStart(12, '0').replaceAll('0', 'x').replaceAll('1', 'y')
    return `${'a'.repeat(20)}.${'b'.repeat(20)}${middle}${'c'.repeat(20)}.${'d'.repeat(40)}`
  })
  expect(longestChainOver(hosts)).toBeLessThanOrEqual(64)
})

test('a host that is not there is looked for in as few slots', () => {
  const hosts = Array.from({ length: 2_000 }, (_, i) => `${'a'.repeat(i % 60)}${i}.example.com`)
  const matcher = compile(tableOf(hosts))
  for (const host of hosts) expect(matcher.match(`x${host}`, '/')).toBeUndefined()
  expect(measure(matcher).longestChain).toBeLessThanOrEqual(64)
})
