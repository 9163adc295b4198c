import { connect, type Socket } from 'node:net'

/** Resolves when nobody listens on a port any more. */
export async function refused(port: number): Promise<void> {
  for (;;) {
    const client = await KeepAliveClient.connect(port).catch(() => undefined)
    if (client === undefined) return
    client.end()
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

/** One connection that is kept for several requests. */
export class KeepAliveClient {
  readonly #socket: Socket
  #text = ''

  static connect(port: number): Promise<KeepAliveClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new KeepAliveClient(socket)))
      socket.once('error', reject)
    })
  }

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => socket.destroy())
    socket.on('data', chunk => {
      this.#text += chunk.toString('latin1')
    })
  }

  /** Whether the server has ended the connection. */
  get isClosed(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded
  }

  send(host: string, target: string): void {
    this.#text = ''
    this.#socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  }

  /** Resolves with all that came since the last request once `text` is in it; rejects if the connection ends before. */
  async received(text: string): Promise<string> {
    while (!this.#text.includes(text)) {
      if (this.isClosed) throw new Error(`the connection ended after: ${this.#text}`)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    return this.#text
  }

  /** Asks one of the test's backends. */
  ask(host: string, target: string): Promise<string> {
    this.send(host, target)
    return this.received('"headers"')
  }

  end(): void {
    this.#socket.destroy()
  }
}
