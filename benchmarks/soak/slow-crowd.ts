import { connect, type Socket } from 'node:net'

interface Slow {
  /** What is sent at once. */
  readonly start: string
  /** What follows, a byte now and then; nothing, if empty. */
  readonly drip: string
  /** Whether answers are left unread, except for a little now and then. */
  readonly reads: boolean
}

/** The ways to be slow. */
export const slowKinds = {
  head: { start: 'GET / HTTP/1.1\r\nX: ', drip: 'x', reads: true },
  body: { start: 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 999\r\n\r\n', drip: 'x', reads: true },
  reading: { start: 'GET /large HTTP/1.1\r\nHost: a.test\r\n\r\n', drip: '', reads: false },
  idle: { start: '', drip: '', reads: true },
} as const satisfies Record<string, Slow>

/** The name of one of them. */
export type SlowKind = keyof typeof slowKinds

/** Clients that are slow, as many in each of the ways. */
export class SlowClients {
  readonly #port: number
  readonly #kinds: readonly Slow[]
  readonly #sockets: Socket[] = []
  readonly #drip: NodeJS.Timeout | undefined
  #next = 0
  #hasLeft = false

  constructor(port: number, count: number, kinds: readonly SlowKind[]) {
    this.#port = port
    this.#kinds = kinds.map(kind => slowKinds[kind])
    void this.#join(count)
    // Two hundred bytes a second in all.
    if (count > 0) this.#drip = setInterval(() => this.#stir(this.#next++ % count), 5)
  }

  get open(): number {
    return this.#sockets.filter(socket => socket.readyState === 'open').length
  }

  /** Resolves when all have come, or a minute is over. */
  async connected(): Promise<void> {
    const end = performance.now() + 60_000
    while (this.open < this.#sockets.length || !this.#isWhole)
      if (performance.now() > end) return
      else await sleep(100)
    await sleep(1_000)
  }

  leave(): void {
    this.#hasLeft = true
    clearInterval(this.#drip)
    for (const socket of this.#sockets) socket.destroy()
  }

  #isWhole = false

  async #join(count: number): Promise<void> {
    for (let index = 0; index < count && !this.#hasLeft; index++) {
      this.#connect(index)
      // The backlog of a listener is short.
      if (index % 50 === 49) await sleep(5)
    }
    this.#isWhole = true
  }

  #connect(index: number): void {
    const { start, reads } = this.#kinds[index % this.#kinds.length]!
    const socket = connect(this.#port, '127.0.0.1')
    this.#sockets[index] = socket
    socket.on('error', () => {})
    socket.on('connect', () => socket.write(start))
    if (reads) socket.resume()
    // Who was sent away comes back.
    socket.on('close', () => setTimeout(() => this.#hasLeft || this.#connect(index), 1_000))
  }

  #stir(index: number): void {
    const socket = this.#sockets[index]
    const { drip, reads } = this.#kinds[index % this.#kinds.length]!
    if (drip !== '') socket?.write(drip)
    if (!reads) socket?.read(1_000)
  }
}

const sleep = (time: number) => new Promise(resolve => setTimeout(resolve, time))
