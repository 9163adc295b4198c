import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { KeepAliveClient } from './keep-alive-client.ts'
import { ingress } from './manifests.ts'
import { serving } from './serve-fixture.ts'

const serve = serving('web')
const host = 'shop.example.com'

it('a process without file descriptors goes on serving who is there, and accepts again when it has some', async () => {
  await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
  const running = await serve.serveWith({ shell: 'ulimit -n 60; exec "$@"' }, '--watch')
  const first = await KeepAliveClient.connect(running.port('http'))
  await first.ask(host, '/')
  const many = await Promise.all(
    Array.from({ length: 100 }, () => KeepAliveClient.connect(running.port('http')).catch(() => undefined)),
  )
  await first.ask(host, '/')
  // What cannot be read now stays as it was.
  await writeFile(join(serve.folder, 'more.yaml'), ingress('more', 'more.example.com', { '/': 'web' }))
  await new Promise(resolve => setTimeout(resolve, 300))
  await first.ask(host, '/')
  for (const client of many) client?.end()
  expect(await answered(() => serve.ask(running, host, '/'))).toBe('web')
  expect(running.isRunning).toBe(true)
  first.end()
})

it('a bug that nobody caught ends the program with a line that says so', async () => {
  await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
  const code = `process.on('SIGUSR2', () => { throw new Error('made by the test') })`
  const bug = `data:text/javascript,${encodeURIComponent(code)}`
  const running = await serve.serveWith({ env: { NODE_OPTIONS: `--import=${bug}` } })
  running.signal('SIGUSR2')
  expect(await running.exited()).toBe(70)
  expect(running.log.at(-1)).toMatchObject({ level: 60, err: { message: 'made by the test' } })
})

/** Connections that were refused are tried again: the operating system gives descriptors back in its own time. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  for (let left = 50; ; left--) {
    try {
      const answer = await ask()
      if (answer !== 0 || left === 0) return answer
    } catch (error) {
      if (left === 0) throw error
    }
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
