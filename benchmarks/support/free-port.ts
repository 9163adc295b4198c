import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const given = new Set<number>()

/** A port of 127.0.0.1 that is free now, and that no other caller was given. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  if (given.has(port)) return freePort()
  given.add(port)
  return port
}

/** Resolves once something listens on a port of 127.0.0.1; rejects after `limit` milliseconds, or as soon as `gone` says so. */
export async function untilListening(port: number, limit: number, gone: () => string | undefined): Promise<void> {
  for (const end = performance.now() + limit; performance.now() < end; await sleep(20)) {
    const socket = connect(port, '127.0.0.1')
    const listening = await new Promise<boolean>(resolve => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (listening) return
    const reason = gone()
    if (reason !== undefined) throw new Error(reason)
  }
  throw new Error(`nothing listens on port ${port} after ${limit} ms`)
}
