import { describe, expect, it } from 'vitest'
import { get } from './http-client.ts'
import { KeepAliveClient } from './keep-alive-client.ts'
import { ingress } from './manifests.ts'
import { serving } from './serve-fixture.ts'

const serve = serving('web', 'cart')
const host = 'shop.example.com'

describe('SIGTERM', () => {
  it('with a delay says that the proxy is not ready, while it still accepts connections', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve('--drain-delay', '1s')
    running.signal('SIGTERM')
    await running.logged(line => line.msg === 'draining')
    expect((await fetch(running.url('admin', '/readyz'))).status).toBe(503)
    expect((await fetch(running.url('admin', '/healthz'))).status).toBe(200)
    const answer = await get(running.port('http'), host, '/')
    expect(answer.status).toBe(200)
    expect(await running.exited()).toBe(0)
  })

  it('cuts what has not ended in time, and says how much', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve('--drain-timeout', '200ms')
    const idle = await KeepAliveClient.connect(running.port('http'))
    running.signal('SIGTERM')
    expect(await running.exited()).toBe(0)
    expect(running.log.find(line => line.msg === 'stopped')).toMatchObject({ cut: 1 })
    idle.end()
  })

  it('a second time ends the program at once', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve('--drain-delay', '1h')
    running.signal('SIGTERM')
    await running.logged(line => line.msg === 'draining')
    running.signal('SIGTERM')
    expect(await running.exited()).toBe(143)
  })
})

describe('SIGHUP', () => {
  it('reads the folder again, without --watch', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve()
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'cart' }))
    running.signal('SIGHUP')
    await running.logged(line => line.msg === 'configuration live' && line.generation === 2)
    expect(await serve.ask(running, host, '/')).toBe('cart')
  })
})
