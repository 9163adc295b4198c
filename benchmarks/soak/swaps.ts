import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { IngotProcess } from '../../apps/ingot/test/e2e/ingot-process.ts'
import { ingress } from '../../apps/ingot/test/e2e/manifests.ts'
import { faultyUpstream } from '../../apps/ingot/test/hostile/faulty-upstream.ts'
import { errorsOf, startLoad } from '../../apps/ingot/test/hostile/load.ts'
import { readArguments } from '../support/arguments.ts'

const usage = `pnpm soak:swaps [--seconds N] [--sockets N]
  Another configuration every 100 ms under load, while WebSockets that were opened
  before the first send and hear something in between. Ends with 1 if a request fails, a
  WebSocket ends or does not echo what it was sent, or fewer than half of the changes
  went live one by one.`

const { values } = readArguments(usage, {
  options: { seconds: { type: 'string', default: '60' }, sockets: { type: 'string', default: '20' } },
})
const changes = Number(values.seconds) * 10
const folder = mkdtempSync(join(tmpdir(), 'ingot-swaps-'))
const upstreams = [await faultyUpstream(), await faultyUpstream()]

put('a.json', ingress('a', 'a.test', { '/': 'web' }))
put('resolve.yaml', JSON.stringify({ web: upstreams.map(({ port }) => `127.0.0.1:${port}`) }))
const ingot = await IngotProcess.serve('-f', folder, '--watch', '--no-access-log')
const tunnels = await Promise.all(Array.from({ length: Number(values.sockets) }, () => tunnel(ingot.port('http'))))
const generation = () => Math.max(...ingot.log.map(line => (line.generation as number | undefined) ?? 0))
const before = generation()
const load = startLoad(ingot.port('http'), 8)
for (let change = 0; change < changes; change++) {
  const next = sleep(100)
  put('swapped.json', ingress('swapped', `s${change}.test`, { '/': 'web' }))
  for (const { say } of tunnels) say(`${change} `)
  await next
}
const tally = await load.stop()
await sleep(1_000)
const said = Array.from({ length: changes }, (_, change) => `${change} `).join('')
const broken = tunnels.filter(({ socket, heard }) => socket.destroyed || heard() !== said).length
const live = generation() - before
const errors = errorsOf(tally)
console.log(JSON.stringify({ changes, live, ok: tally.ok, errors, sockets: tunnels.length, broken }, undefined, 2))
for (const { socket } of tunnels) socket.destroy()
await ingot.stop()
for (const upstream of upstreams) await upstream[Symbol.asyncDispose]()
rmSync(folder, { recursive: true })
process.exitCode = Object.keys(errors).length === 0 && broken === 0 && live >= changes / 2 ? 0 : 1

/** As a volume does it: a reader finds the old text or the new one. */
function put(name: string, text: string): void {
  writeFileSync(join(folder, `.${name}.draft`), text)
  renameSync(join(folder, `.${name}.draft`), join(folder, name))
}

interface Tunnel {
  readonly socket: Socket
  say(text: string): void
  /** All that came back. */
  heard(): string
}

/** A connection that was upgraded to a WebSocket; the upstream behind it echoes bytes. */
async function tunnel(port: number): Promise<Tunnel> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13'
  socket.write(`GET /ws HTTP/1.1\r\nHost: a.test\r\n${upgrade}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`)
  let text = ''
  await new Promise<void>((done, failed) => {
    socket.once('close', () => failed(new Error(`no WebSocket: ${text}`)))
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      if (text.includes('\r\n\r\n')) done()
    })
  })
  return { socket, say: words => socket.write(words), heard: () => text.slice(text.indexOf('\r\n\r\n') + 4) }
}
