import type { Rival } from './rival.ts'

/** Straight to the upstream: what the load generator and the upstream can do by themselves. */
export const none: Rival = {
  name: 'no proxy',
  origin: 'none',
  lacks: { tls: 'the upstream speaks plain HTTP', http2: 'the upstream speaks HTTP/1.1', change: 'nothing to change' },
  prepare: async () => ({ version: '' }),
  async start({ routing }) {
    const [endpoint] = routing.endpoints
    if (endpoint === undefined) throw new Error('there is no endpoint')
    return { port: endpoint.port, pid: 0, gone: () => undefined, stop: async () => {} }
  },
}
