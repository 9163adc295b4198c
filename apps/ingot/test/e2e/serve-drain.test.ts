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

describe('SIGTERM under load', () => {
  it.each([['1'], ['2']])(
    'loses nothing of clients that close when they are told to, with --workers %s',
    async workers => {
      await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
      const running = await serve.serve('--workers', workers)
      const port = running.port('http')
      const clients = await Promise.all(Array.from({ length: 20 }, () => KeepAliveClient.connect(port)))
      let answered = 0
      const untilTold = clients.map(async client => {
        for (;;) {
          const answer = await client.ask(host, '/')
          answered++
          if (/^connection: close$/im.test(answer)) return
        }
      })
      while (answered < 200) await new Promise(resolve => setTimeout(resolve, 5))
      running.signal('SIGTERM')
      await Promise.all(untilTold)
      for (const client of clients) client.end()
      expect(await running.exited()).toBe(0)
      expect(running.log.find(line => line.msg === 'stopped')).toMatchObject({ cut: 0 })
    },
  )
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
