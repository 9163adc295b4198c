import { isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isIpLiteral, isIpv4, normaliseHost, parseHostPattern } from '../../src/request/host.ts'
import { hostileAuthority } from '../arbitraries/hostile.ts'

/** Semantics 1.5 to 1.10 in regular expressions; `undefined` where the authority has to be refused. */
function referenceHost(authority: string): string | undefined {
  const parts = /^(\[[^\]]*\]|[^:]*)(?::([0-9]*))?$/.exec(authority)
  if (parts === null || Number(parts[2] ?? 0) > 65_535) return undefined
  const host = parts[1] as string
  if (host.startsWith('[')) return isIPv6(host.slice(1, -1)) && !host.includes('%') ? host.toLowerCase() : undefined
  const name = host.replace(/\.$/, '')
  if (name.length > 253 || !/^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*$/.test(name)) return undefined
  return name.toLowerCase()
}

test('a host is normalised or refused as the reference does', () => {
  fc.assert(
    fc.property(hostileAuthority, authority => {
      const host = normaliseHost(authority)
      expect(typeof host === 'string' ? host : undefined).toBe(referenceHost(authority))
    }),
    { numRuns: 5000 },
  )
})

test('host normalisation is idempotent and adds nothing', () => {
  fc.assert(
    fc.property(hostileAuthority, authority => {
      const host = normaliseHost(authority)
      if (typeof host !== 'string') return
      expect(normaliseHost(host)).toBe(host)
      expect(authority.toLowerCase().startsWith(host)).toBe(true)
    }),
    { numRuns: 3000 },
  )
})

test('a normalised host is an address exactly if Node takes it for one, leading zeros apart', () => {
  fc.assert(
    fc.property(hostileAuthority, authority => {
      const host = normaliseHost(authority)
      if (typeof host !== 'string') return
      const plain = host.replace(/\b0+(?=\d)/g, '')
      expect(isIpLiteral(host)).toBe(host.startsWith('[') || isIPv4(plain))
    }),
    { numRuns: 3000 },
  )
})

test('whatever a rule may have as its exact host, a request can ask for, and it is no address', () => {
  fc.assert(
    fc.property(hostileAuthority, host => {
      const pattern = parseHostPattern(host)
      if (pattern?.kind !== 'exact') return
      expect(normaliseHost(host)).toBe(host)
      expect(isIpv4(host)).toBe(false)
    }),
    { numRuns: 3000 },
  )
})
