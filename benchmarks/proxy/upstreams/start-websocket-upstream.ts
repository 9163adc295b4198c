import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startChild } from '../../support/child.ts'
import type { Endpoint } from '../rivals/rival.ts'

export async function startWebSocketUpstream(): Promise<{ endpoints: Endpoint[]; stop: () => Promise<void> }> {
  const script = fileURLToPath(new URL('websocket-upstream.ts', import.meta.url))
  const child = startChild([process.execPath, ...process.execArgv, script], { role: 'upstream', ipc: true })
  const [port] = (await once(child.process, 'message')) as [number]
  return { endpoints: [{ address: '127.0.0.1', port }], stop: child.stop }
}
