import { connect, type OnReadOpts, type Socket, type TcpSocketConnectOpts } from 'node:net'
import { type ConnectionOptions, connect as connectTls, createSecureContext } from 'node:tls'
import { tlsConnectionOptions, type UpstreamTls } from '../upstream/upstream-tls.ts'

/** What the TLS connections to one endpoint have in common: how it is verified, and a session to resume. */
export class UpstreamSessions {
  readonly #options: ConnectionOptions
  #session: Buffer | undefined

  /** `address` is the endpoint's, as {@link tlsConnectionOptions} takes it. */
  constructor(address: string, tls: UpstreamTls | undefined) {
    const { minVersion, ca, ...options } = tlsConnectionOptions(address, tls)
    const secureContext = createSecureContext({ ...(minVersion && { minVersion }), ...(ca && { ca }) })
    // No name but the one that is meant: Node would ask for the address.
    this.#options = { servername: '', ...options, secureContext, ALPNProtocols: ['http/1.1'] }
  }

  /** `onUp` is called when the handshake is done and the endpoint, if it is to be, is verified. */
  connect(to: TcpSocketConnectOpts, onread: OnReadOpts, onUp: () => void): Socket {
    const session = this.#session
    // `onread` is passed on to the socket, though the types do not say so.
    const options = { ...this.#options, ...to, onread, ...(session && { session }) } as ConnectionOptions
    let isUp = false
    const socket = connectTls(options, () => {
      isUp = true
      // A session is as good as its peer: resuming it verifies nothing again. With TLS 1.3 it comes later.
      if (socket.getProtocol() === 'TLSv1.2') this.#session = socket.getSession()
      onUp()
    })
    socket.on('session', given => {
      if (isUp) this.#session = given
    })
    socket.on('error', () => {
      // Perhaps it is the session that the endpoint does not like any more.
      if (!isUp) this.#session = undefined
    })
    socket.setNoDelay(true)
    socket.setKeepAlive(true, keepAliveDelay)
    return socket
  }
}

const keepAliveDelay = 60_000

/** A connection over TCP, or over TLS if the target has `tls`. */
export function openSocket(
  { host, port, tls }: { readonly host: string; readonly port: number; readonly tls?: UpstreamSessions | undefined },
  onread: OnReadOpts,
  onUp: () => void,
): Socket {
  if (tls !== undefined) return tls.connect({ host, port }, onread, onUp)
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveDelay, onread })
  return socket.once('connect', onUp)
}
