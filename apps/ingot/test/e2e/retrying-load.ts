import { Agent, get } from 'node:http'

/** What requests under load came to. */
export interface LoadResult {
  /** Requests that were answered 200. */
  answered: number
  /** Tries that were lost with their connection, and repeated. */
  repeated: number
  /** Every other end of a request. */
  readonly errors: string[]
}

/** How often a request that lost its connection is sent again. */
const repetitions = 3

/** Clients that ask one after the other and repeat what is safe to repeat, as browsers and libraries do. */
export class RetryingLoad {
  readonly result: LoadResult = { answered: 0, repeated: 0, errors: [] }
  readonly #port: number
  readonly #host: string
  readonly #agent: Agent
  readonly #clients: Promise<void>[]
  #stopped = false

  /** With `keepAlive` each client keeps its connection; otherwise each request has a new one. */
  constructor(port: number, host: string, { clients, keepAlive }: { clients: number; keepAlive: boolean }) {
    this.#port = port
    this.#host = host
    this.#agent = new Agent({ keepAlive })
    this.#clients = Array.from({ length: clients }, () => this.#run())
  }

  /** Resolves when so many more requests were answered. */
  async more(count: number): Promise<void> {
    const wanted = this.result.answered + count
    while (this.result.answered < wanted && this.result.errors.length === 0) await pause()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#clients)
    this.#agent.destroy()
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const end = await this.#askPersistently()
      if (end === 200) this.result.answered += 1
      else this.result.errors.push(String(end))
      await pause()
    }
  }

  async #askPersistently(): Promise<unknown> {
    for (let left = repetitions; ; left -= 1) {
      const end = await this.#ask().catch(error => error)
      if (typeof end === 'number' || left === 0) return end
      this.result.repeated += 1
    }
  }

  #ask(): Promise<number> {
    return new Promise((resolve, reject) => {
      const to = { host: '127.0.0.1', port: this.#port, headers: { host: this.#host }, agent: this.#agent }
      const sent = get(to, response => {
        response.on('end', () => resolve(response.statusCode ?? 0)).on('error', reject)
        response.resume()
      })
      sent.on('error', reject)
    })
  }
}

function pause(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 10))
}
