import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A replica behind a balancer. */
export interface Member {
  readonly port: number
  /** What says whether it takes new connections. */
  readonly readiness: string
}

/** How often replicas are asked whether they are ready, in milliseconds. */
const checkInterval = 100

/** What a Service of type LoadBalancer does: brings each new connection to the next replica that says that it is ready. */
export class TcpBalancer {
  readonly #members: Member[] = []
  readonly #ready = new Set<Member>()
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  readonly #checks: NodeJS.Timeout
  #next = 0

  static async start(): Promise<TcpBalancer> {
    const balancer = new TcpBalancer()
    await new Promise<void>(resolve => balancer.#server.listen(0, '127.0.0.1', resolve))
    return balancer
  }

  constructor() {
    this.#server = createServer(client => this.#bring(client))
    this.#checks = setInterval(() => void this.check(), checkInterval)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** How many replicas take new connections. */
  get ready(): number {
    return this.#ready.size
  }

  async add(member: Member): Promise<void> {
    this.#members.push(member)
    await this.check()
  }

  /** Asks all replicas. */
  async check(): Promise<void> {
    await Promise.all(
      this.#members.map(async member => {
        const answer = await fetch(member.readiness).catch(() => undefined)
        await answer?.body?.cancel()
        if (answer?.ok) this.#ready.add(member)
        else this.#ready.delete(member)
      }),
    )
  }

  stop(): void {
    clearInterval(this.#checks)
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #bring(client: Socket): void {
    this.#keep(client)
    const [...ready] = this.#ready
    this.#next += 1
    this.#try(client, [...ready.slice(this.#next % ready.length), ...ready.slice(0, this.#next % ready.length)])
  }

  /** A replica that refuses the connection has got nothing of it, so another one can. */
  #try(client: Socket, [member, ...others]: readonly Member[]): void {
    if (member === undefined) return void client.resetAndDestroy()
    const upstream = connect(member.port, '127.0.0.1')
    this.#keep(upstream)
    upstream.once('connect', () => {
      upstream.off('error', refused)
      client.pipe(upstream).pipe(client)
      client.once('close', () => upstream.destroy())
      // A reset is passed on as one.
      upstream.once('error', () => client.resetAndDestroy())
      upstream.once('close', () => client.end())
    })
    const refused = () => {
      this.#ready.delete(member)
      this.#try(client, others)
    }
    upstream.once('error', refused)
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#sockets.delete(socket))
  }
}
