import { describe, expect, it } from 'vitest'
import { startProxy } from '../support/proxy.ts'
import { exchangeRaw } from '../support/raw-client.ts'
import { httpUpstream } from '../support/upstream.ts'

/** The fields an upstream receives for a request with `fields`, of a proxy that trusts `trustedProxies`. */
async function received(fields: string, trustedProxies: readonly string[] = []) {
  await using upstream = await httpUpstream((_, response) => response.end())
  await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { trustedProxies } })
  await exchangeRaw(proxy.port, `GET / HTTP/1.1\r\nHost: a.test\r\n${fields}\r\n`, 20)
  const { headers } = upstream.requests[0]!
  return { headers, port: String(proxy.port), client: proxy.records[0]!.client, requestId: proxy.records[0]!.requestId }
}

describe('the fields an upstream receives', () => {
  it('tell what the proxy saw', async () => {
    const { headers, port, requestId } = await received('')
    expect(headers).toMatchObject({
      host: 'a.test',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'a.test',
      'x-forwarded-port': port,
      'x-real-ip': '127.0.0.1',
      forwarded: 'for=127.0.0.1;host="a.test";proto=http',
      'x-request-id': requestId,
    })
  })

  const claims = [
    'X-Forwarded-For: 198.51.100.1, 203.0.113.7',
    'X-Forwarded-For: 192.0.2.9',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: public.test',
    'X-Forwarded-Port: 443',
    'X-Request-Id: abc-123',
    'Forwarded: for=203.0.113.7',
  ]
    .map(line => `${line}\r\n`)
    .join('')

  it('tell nothing that an untrusted peer says', async () => {
    const { headers, client, requestId } = await received(claims, ['192.0.2.0/24'])
    expect(client).toBe('127.0.0.1')
    expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' })
    expect(headers['x-request-id']).toBe(requestId)
    expect(requestId).not.toBe('abc-123')
  })

  it('pass on from a trusted peer alone what it says of a certificate and of TLS, and a proxy from nobody', async () => {
    const said = 'Client-Cert: :MIIB:\r\nssl-client-verify: SUCCESS\r\nX-Forwarded-Protocol: ssl\r\nProxy: b.test\r\n'
    const vouched = { 'client-cert': ':MIIB:', 'ssl-client-verify': 'SUCCESS', 'x-forwarded-protocol': 'ssl' }
    const { headers: believed } = await received(said, ['127.0.0.1'])
    expect(believed).toMatchObject(vouched)
    const { headers: doubted } = await received(said)
    for (const name of Object.keys(vouched)) expect(doubted).not.toHaveProperty(name)
    for (const headers of [believed, doubted]) expect(headers).not.toHaveProperty('proxy')
  })

  it('add to what a trusted peer says, whose client is the rightmost that is not trusted', async () => {
    const { headers, client, requestId } = await received(claims, ['127.0.0.0/8', '192.0.2.0/24'])
    expect(client).toBe('203.0.113.7')
    expect(requestId).toBe('abc-123')
    expect(headers).toMatchObject({
      'x-forwarded-for': '198.51.100.1, 203.0.113.7, 192.0.2.9, 127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'public.test',
      'x-forwarded-port': '443',
      'x-real-ip': '203.0.113.7',
      forwarded: 'for=203.0.113.7, for=127.0.0.1;host="a.test";proto=http',
    })
  })

  it('do not take a trusted peer at its word where it says nothing an address could be', async () => {
    const { client } = await received('X-Forwarded-For: 203.0.113.7, nonsense, 192.0.2.9\r\n', [
      '127.0.0.1',
      '192.0.2.0/24',
    ])
    expect(client).toBe('192.0.2.9')
  })
})
