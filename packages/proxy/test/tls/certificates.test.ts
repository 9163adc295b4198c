import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Certificates, loadCertificates, type PemPair } from '../../src/index.ts'
import { type Authority, authority } from '../support/certificates.ts'

let ca: Authority
let shop: PemPair
let wild: PemPair
let other: PemPair

beforeAll(async () => {
  ca = await authority()
  shop = await ca.issue(['shop.test', 'www.shop.test'])
  wild = await ca.issue(['*.apps.test', 'apps.test'])
  other = await ca.issue(['other.test'])
})

const names = (certificates: Certificates, ...asked: string[]) => asked.map(name => certificates.find(name)?.name)

describe('which certificate a name gets', () => {
  it('is the precise host’s, then the one-label wildcard’s, then the default one, then none', () => {
    const configuration = {
      pairs: new Map([...Object.entries({ shop, wild, other })]),
      hosts: new Map([
        ['shop.test', 'shop'],
        ['*.apps.test', 'wild'],
      ]),
    }
    const { certificates, problems } = loadCertificates(configuration)
    expect(problems).toEqual([])
    const asked = ['shop.test', 'a.apps.test', 'b.a.apps.test', 'apps.test', 'www.shop.test', '']
    expect(names(certificates, ...asked)).toEqual(['shop', 'wild', undefined, undefined, undefined, undefined])
    const withDefault = loadCertificates({ ...configuration, default: 'other' }).certificates
    expect(names(withDefault, ...asked)).toEqual(['shop', 'wild', 'other', 'other', 'other', 'other'])
    expect(withDefault.find(undefined)?.name).toBe('other')
  })

  it('is the default one for a host that names no certificate, and only such hosts are secured by it', () => {
    const hosts = new Map([['plain.test', undefined]])
    const without = loadCertificates({ pairs: new Map(), hosts }).certificates
    expect(without.isSecured('plain.test')).toBe(false)
    const { certificates } = loadCertificates({ pairs: new Map([['other', other]]), hosts, default: 'other' })
    expect(['plain.test', 'unknown.test'].map(host => certificates.isSecured(host))).toEqual([true, false])
  })

  it('is decided by the certificate’s own names, narrowed down to the hosts of the rules', () => {
    const pairs = new Map([...Object.entries({ shop, wild })])
    const bySubject = [
      { certificate: 'shop', among: ['shop.test', 'elsewhere.test'] },
      { certificate: 'wild', among: ['a.apps.test'] },
    ]
    const { certificates } = loadCertificates({ pairs, bySubject })
    const asked = ['shop.test', 'www.shop.test', 'elsewhere.test', 'a.apps.test', 'b.apps.test']
    expect(names(certificates, ...asked)).toEqual(['shop', undefined, undefined, 'wild', undefined])
    const all = loadCertificates({ pairs, bySubject: [{ certificate: 'wild' }] }).certificates
    expect(names(all, 'apps.test', 'b.apps.test')).toEqual(['wild', 'wild'])
    const narrowed = loadCertificates({ pairs, bySubject: [{ certificate: 'shop', among: ['*.shop.test'] }] })
    expect(names(narrowed.certificates, 'www.shop.test', 'shop.test')).toEqual(['shop', undefined])
  })
})

describe('a certificate that cannot be served', () => {
  const load = (pair: PemPair | undefined) =>
    loadCertificates({
      pairs: new Map([
        ['bad', pair],
        ['wild', wild],
      ]),
      hosts: new Map([
        ['shop.test', 'bad'],
        ['a.apps.test', 'wild'],
      ]),
    })

  it('is told apart by what is wrong with it, and hurts only its own hosts', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const encrypted = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    const cases: Record<string, PemPair | undefined> = {
      missing: undefined,
      'certificate-unreadable': { ...shop, cert: shop.cert.slice(0, 200) },
      'key-unreadable': { ...shop, key: 'none' },
      'key-encrypted': { ...shop, key: encrypted as string },
      'key-mismatch': { ...shop, key: other.key },
      expired: await ca.issue(['shop.test'], { from: -9, to: -1 }),
      'not-yet-valid': await ca.issue(['shop.test'], { from: 1 }),
      'host-not-covered': other,
      'refused-by-tls': {
        ...shop,
        cert: `${shop.cert}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      },
    }
    for (const [code, pair] of Object.entries(cases)) {
      const { certificates, problems } = load(pair)
      expect(problems.map(problem => problem.code)).toEqual([code])
      expect(problems[0]!.message).toMatch(/^The certificate bad [a-z].*\.$/)
      expect(names(certificates, 'shop.test', 'a.apps.test')).toEqual([undefined, 'wild'])
      expect(certificates.isSecured('shop.test')).toBe(false)
    }
  })

  it('leaves its hosts the last good one of the same name', async () => {
    const good = load(shop).certificates
    for (const pair of [undefined, { ...shop, key: other.key }, other]) {
      const { certificates } = loadCertificates(
        { pairs: new Map([['bad', pair]]), hosts: new Map([['shop.test', 'bad']]) },
        good,
      )
      expect([...certificates.find('shop.test')!.names]).toContain('shop.test')
    }
    const renamed = loadCertificates(
      { pairs: new Map([['new', undefined]]), hosts: new Map([['shop.test', 'new']]) },
      good,
    )
    expect(renamed.certificates.find('shop.test')).toBeUndefined()
  })

  it('is replaced by the default one if there is no last good one', () => {
    const { certificates } = loadCertificates({
      pairs: new Map([['bad', undefined], ...Object.entries({ other })]),
      hosts: new Map([['shop.test', 'bad']]),
      default: 'other',
    })
    expect(certificates.find('shop.test')?.name).toBe('other')
  })

  it('is reported and kept if it expires while it is served', async () => {
    const short = await ca.issue(['shop.test'], { to: 1 })
    const configuration = { pairs: new Map([['short', short]]), hosts: new Map([['shop.test', 'short']]) }
    const before = loadCertificates(configuration).certificates
    const later = loadCertificates(configuration, before, Date.now() + 2 * 24 * 60 * 60 * 1000)
    expect(later.problems.map(({ code }) => code)).toEqual(['expired'])
    expect(later.certificates.find('shop.test')).toBe(before.find('shop.test'))
  })
})

describe('loaded certificates', () => {
  it('are the same objects if nothing changed, so that nothing is read again', () => {
    const configuration = { pairs: new Map([['shop', shop]]), hosts: new Map([['shop.test', 'shop']]) }
    const first = loadCertificates(configuration).certificates
    const second = loadCertificates({ ...configuration, pairs: new Map([['shop', { ...shop }]]) }, first).certificates
    expect(second.find('shop.test')).toBe(first.find('shop.test'))
  })

  it('tell when they expire and which certificate they are', () => {
    const { certificates } = loadCertificates({ pairs: new Map([['shop', shop]]) })
    const leaf = new X509Certificate(shop.cert)
    const { fingerprint, validTo } = certificates.byName.get('shop')!
    expect([fingerprint, validTo]).toEqual([leaf.fingerprint256, leaf.validToDate])
  })

  it('never show a key, neither when printed nor in a message', () => {
    const canary = shop.key.toString().split('\n')[1]!
    const broken = { ...shop, key: shop.key.toString().replace('-----END', 'x-----END') }
    const { certificates, problems } = loadCertificates({
      pairs: new Map([
        ['shop', shop],
        ['broken', broken],
        ['mixed', { ...other, key: shop.key }],
      ]),
      hosts: new Map([['shop.test', 'shop']]),
    })
    expect(problems).toHaveLength(2)
    const shown = inspect([certificates, problems], { depth: 9, showHidden: true }) + JSON.stringify(problems)
    expect(shown).not.toContain(canary)
  })

  it('take old-style EC keys with their parameters before them, and chains', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    expect(privateKey.export({ type: 'sec1', format: 'pem' })).toContain('EC PRIVATE KEY')
    const { key: pkcs8 } = shop
    const { createPrivateKey } = await import('node:crypto')
    const sec1 = createPrivateKey(pkcs8).export({ type: 'sec1', format: 'pem' })
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'
    const pair = { cert: `${shop.cert}\n${ca.pem}`, key: `${parameters}${sec1}` }
    expect(loadCertificates({ pairs: new Map([['shop', pair]]) }).problems).toEqual([])
  })

  it('do not take one odd name for two', async () => {
    const odd = await ca.issue(['x, DNS:victim.test', 'good.test'])
    const { certificates } = loadCertificates({ pairs: new Map([['odd', odd]]), bySubject: [{ certificate: 'odd' }] })
    expect([...certificates.byName.get('odd')!.names]).toEqual(['good.test'])
  })
})
