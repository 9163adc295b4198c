import { plainConnection } from '../../src/cluster/api-connection.ts'
import { Listening } from './api-server/listening.ts'
import { forwardTo } from './real-api-server/forward.ts'

/** A way to an API server that one replica has for itself, so that it alone can be cut off. */
export class OwnWay {
  readonly #forward: ReturnType<typeof forwardTo>
  readonly #listening: Listening

  static async to(server: string): Promise<OwnWay> {
    const way = new OwnWay(server)
    await way.mend()
    return way
  }

  constructor(server: string) {
    this.#forward = forwardTo(plainConnection(server))
    this.#listening = new Listening(this.#forward.handler)
  }

  get url(): string {
    return this.#listening.url
  }

  /** Resets what is open, and refuses connections. */
  cut(): Promise<void> {
    return this.#listening.goAway()
  }

  mend(): Promise<void> {
    return this.#listening.listen()
  }

  async close(): Promise<void> {
    await this.cut()
    await this.#forward.close()
  }
}
