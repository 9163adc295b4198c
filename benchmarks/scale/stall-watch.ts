import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** How often a request is sent, in milliseconds. */
const interval = 5

/** Sends one request after the other, and knows how long the slowest of them waited: who serves was busy with else. */
export class StallWatch {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #ended: Promise<void>
  #longest = 0
  #sentAt: number | undefined
  #isStopped = false

  /** `host` has to be one that is answered. */
  constructor(port: number, host: string) {
    this.#ended = this.#run(port, host)
  }

  /** The longest wait in milliseconds since it was last asked for, also of a request that still waits. */
  take(): number {
    const waiting = this.#sentAt === undefined ? 0 : performance.now() - this.#sentAt
    const longest = Math.max(this.#longest, waiting)
    this.#longest = 0
    return longest
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#ended
    this.#agent.destroy()
  }

  async #run(port: number, host: string): Promise<void> {
    while (!this.#isStopped) {
      this.#sentAt = performance.now()
      await this.#ask(port, host)
      this.#longest = Math.max(this.#longest, performance.now() - this.#sentAt)
      this.#sentAt = undefined
      await sleep(interval)
    }
  }

  #ask(port: number, host: string): Promise<void> {
    const options = { host: '127.0.0.1', port, path: '/', headers: { host }, agent: this.#agent }
    return new Promise(resolve => {
      const sent = request(options, response => response.resume().on('close', () => resolve()))
      sent.on('error', () => resolve()).end()
    })
  }
}
