import { expand, rawTable, send } from '../../apps/ingot/test/hostile/raw-table.ts'
import { rawConnection } from '../../packages/proxy/test/support/raw-client.ts'
import type { RecordingUpstream } from '../../packages/proxy/test/support/recording-upstream.ts'

const table = rawTable().filter(raw => raw.refused !== undefined && expand(raw.send).length < 20_000)
const patience = { answer: 250, close: 50 }

/** Clients that send what must be refused, and clients that leave in the middle of their request. */
export class HostileClients {
  sent = 0
  /** Those that reached an upstream. */
  through = 0
  readonly #port: number
  readonly #recording: RecordingUpstream

  constructor(port: number, recording: RecordingUpstream) {
    this.#port = port
    this.#recording = recording
  }

  /** One of each. */
  async come(): Promise<void> {
    const raw = table[this.sent++ % table.length]!
    const { reachedUpstream } = await send(this.#port, raw, this.#recording, patience)
    if (reachedUpstream) this.through++
    const start = 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 99\r\n\r\nsome'
    const leaver = await rawConnection(this.#port, start)
    setTimeout(() => leaver.socket.resetAndDestroy(), 50)
  }
}
