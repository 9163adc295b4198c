import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a backend says about the request it got. */
export interface Received {
  readonly backend: string
  readonly method: string
  readonly url: string
  readonly httpVersion: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Small servers that answer with what they got: one for each backend, on free ports of the loopback interface. */
export class Backends {
  readonly #servers = new Map<string, Server>()

  /** Starts a server for each name that has none yet. */
  async start(...names: string[]): Promise<void> {
    await Promise.all(names.filter(name => !this.#servers.has(name)).map(name => this.#start(name)))
  }

  port(name: string): number {
    return (this.#servers.get(name)!.address() as AddressInfo).port
  }

  /** The address of a backend as `--resolve` takes it. */
  address(name: string): string {
    return `127.0.0.1:${this.port(name)}`
  }

  /** `--resolve` flags for all backends, each under its own name. */
  flags(): string[] {
    return [...this.#servers.keys()].flatMap(name => ['--resolve', `${name}=${this.address(name)}`])
  }

  async stop(): Promise<void> {
    for (const server of this.#servers.values()) {
      server.close()
      server.closeAllConnections()
    }
  }

  async #start(name: string): Promise<void> {
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json')
      response.setHeader('server', 'backend')
      response.end(JSON.stringify(describe(name, request)))
    })
    this.#servers.set(name, server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  }
}

function describe(backend: string, request: IncomingMessage): Received {
  const { method = '', url = '', httpVersion, headers } = request
  return { backend, method, url, httpVersion, headers }
}
