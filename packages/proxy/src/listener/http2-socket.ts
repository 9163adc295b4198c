import type { ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'

const ofStream: ReadonlySet<PropertyKey> = new Set([
  ...['on', 'once', 'end', 'emit', 'destroy', 'destroyed', 'readable', 'writable'],
])
const nobodys: ReadonlySet<PropertyKey> = new Set(['write', 'read', 'pause', 'resume'])

/**
 * What a message over HTTP/2 has for a socket: it tells of the connection, but what is done to it is done to the stream
 * alone, since others share the connection. Nobody may read or write it. As `node:http2` has it.
 */
export function streamSocket(stream: ServerHttp2Stream, socket: TLSSocket): TLSSocket {
  return new Proxy(socket, {
    get(_, name) {
      if (nobodys.has(name)) throw new TypeError('the socket of an HTTP/2 session cannot be read or written')
      const owner = ofStream.has(name) ? stream : socket
      const value: unknown = Reflect.get(owner, name)
      return typeof value === 'function' ? value.bind(owner) : value
    },
    set: (_, name, value) => Reflect.set(socket, name, value),
  })
}
