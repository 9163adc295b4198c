import { describe, expect, it } from 'vitest'
import { documents, ingress, rule, translateText } from './builders.ts'

const withTls = (name: string, tls: string, metadata = '') =>
  ingress(name, `{ tls: [${tls}], rules: [${rule('a.com', `/${name}`)}, ${rule('*.b.com', `/${name}`)}] }`, metadata)
const secret = (name: string, type: string, data: string, field = 'data') =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: ${name}, namespace: test }\ntype: ${type}\n${field}: ${data}\n`
const PRIVATE = 'LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t'

describe('the certificate of a host', () => {
  it('is the Secret of the tls entry that lists it, in the namespace of the Ingress', () => {
    const { tls } = translateText(withTls('one', '{ hosts: [a.com, "*.b.com"], secretName: cert }'))
    const cert = { secret: { namespace: 'test', name: 'cert' }, ingress: { namespace: 'test', name: 'one' } }
    expect([...tls.hosts.values()]).toEqual([
      { host: 'a.com', ...cert },
      { host: '*.b.com', ...cert },
    ])
    expect(tls.secrets).toEqual([{ namespace: 'test', name: 'cert' }])
  })

  it('comes from the oldest Ingress', () => {
    const newer = withTls('a', '{ hosts: [a.com], secretName: newer }', 'creationTimestamp: "2024-02-01T00:00:00Z"')
    const older = withTls('b', '{ hosts: [a.com], secretName: older }', 'creationTimestamp: "2024-01-01T00:00:00Z"')
    const { tls } = translateText(documents(newer, older))
    expect(tls.hosts.get('a.com')?.secret?.name).toBe('older')
    expect(tls.diagnostics.map(({ message }) => message)).toEqual([
      'The certificate of a.com comes from Ingress test/b (Secret test/older), which comes first; Secret test/newer is not used for it.',
    ])
  })

  it('may be named by several Ingresses if they agree', () => {
    const tls = '{ hosts: [a.com], secretName: cert }'
    expect(translateText(documents(withTls('a', tls), withTls('b', tls))).tls.diagnostics).toEqual([])
  })

  it('is the default one if the entry names no Secret', () => {
    const { tls } = translateText(withTls('a', '{ hosts: [a.com] }'))
    expect(tls.hosts.get('a.com')).toMatchObject({ secret: undefined })
  })

  it('is chosen by the names in the certificate if the entry lists no hosts', () => {
    const { tls } = translateText(withTls('a', '{ secretName: cert }'))
    expect(tls.hosts.size).toBe(0)
    expect(tls.bySubject).toEqual([
      {
        secret: { namespace: 'test', name: 'cert' },
        hosts: ['a.com', '*.b.com'],
        ingress: { namespace: 'test', name: 'a' },
      },
    ])
  })

  it('is loaded although no rule has the host, with a warning', () => {
    const { tls } = translateText(withTls('a', '{ hosts: [x.b.com], secretName: cert }'))
    expect(tls.hosts.has('x.b.com')).toBe(true)
    expect(tls.diagnostics.map(({ code }) => code)).toEqual(['tls-host-without-rule'])
  })

  it('covers rules below a wildcard in tls', () => {
    const text = ingress('a', `{ tls: [{ hosts: ["*.a.com"], secretName: c }], rules: [${rule('x.a.com', '/')}] }`)
    expect(translateText(text).tls.diagnostics).toEqual([])
  })

  it('is left out if Kubernetes refuses the host, and the other hosts stay', () => {
    const { tls } = translateText(withTls('a', '{ hosts: ["A.com", a.com], secretName: cert }'))
    expect([...tls.hosts.keys()]).toEqual(['a.com'])
  })
})

describe('a Secret', () => {
  const problems = (text: string) =>
    translateText(documents(withTls('a', '{ hosts: [a.com], secretName: cert }'), text)).tls.diagnostics.map(
      ({ message }) => message,
    )

  it.each(['data', 'stringData'])('with certificate and key in %s is fine', field => {
    expect(problems(secret('cert', 'kubernetes.io/tls', `{ tls.crt: x, tls.key: ${PRIVATE} }`, field))).toEqual([])
  })

  it('of another type, or without one of the two, cannot be used', () => {
    expect(problems(secret('cert', 'Opaque', '{ tls.crt: x, tls.key: x }'))).toEqual([
      'Secret test/cert cannot be used as a certificate: its type is Opaque, not kubernetes.io/tls.',
    ])
    expect(problems(secret('cert', 'kubernetes.io/tls', '{ tls.crt: x, tls.key: "" }'))).toEqual([
      'Secret test/cert cannot be used as a certificate: it has no tls.key.',
    ])
  })

  it('never shows in a diagnostic what it keeps', () => {
    const bad = [
      `apiVersion: v1\nkind: Secret\nmetadata: { name: cert }\ntype: [${PRIVATE}]\ndata: ${PRIVATE}\n`,
      `apiVersion: v1\nkind: Secret\nmetadata: { name: cert }\ndata: { tls.key: [${PRIVATE}] }\n`,
    ]
    for (const text of bad) {
      expect(
        JSON.stringify(translateText(documents(withTls('a', '{ secretName: cert }'), text)).diagnostics),
      ).not.toContain(PRIVATE)
    }
  })
})
