import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import type { ApiConnection, TlsMaterial } from './api-connection.ts'

/** How soon the kernel asks whether a silent peer is still there, in milliseconds: a cut cable shows within a minute. */
const keepAliveInitialDelay = 20_000

/** The same for HTTP/2, where the peer answers itself: a connection that does not answer in this time is given up. */
const pingInterval = 15_000

/** Connections to an API server, made with the given certificates. Throws if its proxy is of an unknown type. */
export function createDispatcher(connection: ApiConnection, tls: TlsMaterial = {}): Dispatcher {
  const connect = { ...tls, timeout: 10_000, keepAlive: true, keepAliveInitialDelay }
  // A watch takes a connection of HTTP/1.1 for itself, and there may be one for each Secret: a hundred share one of HTTP/2.
  const options = { connect, allowH2: true, h2Options: { pingInterval } }
  const { proxy } = connection
  if (proxy === undefined) return new Agent(options)
  if (!/^https?:$/.test(proxy.protocol)) throw new Error(`A proxy of type ${proxy.protocol} is not supported`)
  return new ProxyAgent({ ...options, uri: proxy.href, requestTls: connect })
}

/** Whether connections made with the one are as good as with the other. */
export function sameTls(a: TlsMaterial = {}, b: TlsMaterial = {}): boolean {
  return (['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const).every(
    name => String(a[name]) === String(b[name]),
  )
}
