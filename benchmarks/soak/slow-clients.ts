import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { IngotProcess } from '../../apps/ingot/test/e2e/ingot-process.ts'
import { ingress } from '../../apps/ingot/test/e2e/manifests.ts'
import { faultyUpstream } from '../../apps/ingot/test/hostile/faulty-upstream.ts'
import { rawConnection } from '../../packages/proxy/test/support/raw-client.ts'

/**
 * `node --conditions=@ingot/source benchmarks/soak/slow-clients.ts [--clients N]`: how long a good client waits, and how
 * much memory the program has, before and while N clients send their heads, or bodies, a byte at a time.
 * Both sides need a file descriptor for each client: `ulimit -n 32768`.
 */
const { values } = parseArgs({ options: { clients: { type: 'string', default: '10000' } } })
const folder = mkdtempSync(join(tmpdir(), 'ingot-slow-'))
const upstream = await faultyUpstream()
writeFileSync(join(folder, 'a.json'), ingress('a', 'a.test', { '/': 'web' }))
const ingot = await IngotProcess.serve('-f', folder, '--resolve', `web=127.0.0.1:${upstream.port}`, '--no-access-log')
const port = ingot.port('http')

await waits(500)
const before = { p99: await waits(1_000), memory: await memory() }
const slow: Socket[] = []
for (let number = 0; number < Number(values.clients); number++) {
  const isHead = number % 2 === 0
  const start = isHead ? 'GET / HTTP/1.1\r\nX: ' : 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 999\r\n\r\n'
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.on('connect', () => socket.write(start))
  slow.push(socket)
  if (number % 100 === 99) await new Promise(resolve => setTimeout(resolve, 5))
}
await new Promise(resolve => setTimeout(resolve, 2_000))
let next = 0
// Two hundred bytes a second in all, of which each client sends one now and then.
const drip = setInterval(() => slow[next++ % slow.length]?.write('x'), 5)
const during = { p99: await waits(1_000), memory: await memory() }
clearInterval(drip)
const open = slow.filter(socket => !socket.destroyed).length
console.log(
  JSON.stringify(
    { clients: Number(values.clients), open, before, during, ratio: during.p99 / before.p99 },
    undefined,
    2,
  ),
)
for (const socket of slow) socket.destroy()
await ingot.stop('SIGKILL')
await upstream[Symbol.asyncDispose]()
rmSync(folder, { recursive: true })
process.exitCode = during.p99 <= 2 * before.p99 && during.memory < 256 ? 0 : 1

/** The 99th percentile of what one client waits for an answer, one request after the other, in milliseconds. */
async function waits(requests: number): Promise<number> {
  const client = await rawConnection(port)
  const times: number[] = []
  for (let number = 0; number < requests; number++) {
    const start = performance.now()
    const heard = client.received().length
    client.socket.write(`GET /${number} HTTP/1.1\r\nHost: a.test\r\n\r\n`)
    await client.until(text => text.length > heard && text.endsWith(`\r\n\r\n${number}`))
    times.push(performance.now() - start)
    // A pause, so that the number tells how long one waits and not how much fits.
    await new Promise(resolve => setTimeout(resolve, 2))
  }
  client.socket.destroy()
  return times.sort((a, b) => a - b)[Math.floor(requests * 0.99)]!
}

/** In MiB. */
async function memory(): Promise<number> {
  const text = await (await fetch(ingot.url('admin', '/metrics'))).text()
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 2 ** 20
}
