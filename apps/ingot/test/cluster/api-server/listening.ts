import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** An HTTP server on a free port of 127.0.0.1 that can be away for a while. */
export class Listening {
  readonly #handler: RequestListener
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0

  constructor(handler: RequestListener) {
    this.#handler = handler
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Starts to listen; after `goAway` on the same port. */
  async listen(): Promise<void> {
    const server = createServer({ keepAliveTimeout: 60_000 }, this.#handler)
    server.on('connection', socket => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '127.0.0.1', resolve)
    })
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
  }

  /** Resets every connection and refuses new ones. */
  async goAway(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    const closed = new Promise(resolve => (server === undefined ? resolve(undefined) : server.close(resolve)))
    for (const socket of this.#sockets) socket.resetAndDestroy()
    await closed
  }
}
