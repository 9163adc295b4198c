/** Serves one library in a process of its own: `node node-process.ts MODULE SETUP.json`. Says its port to its parent. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server, type ServerOptions } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import type { NodeProxy } from './node-proxy.ts'
import type { Endpoint, Routing, Setup } from './rival.ts'

const [module, setupFile] = process.argv.slice(2) as [string, string]
const setup: Setup = JSON.parse(readFileSync(setupFile, 'utf8'))
const { nodeProxy }: { nodeProxy: NodeProxy } = await import(pathToFileURL(module).href)

let routes = routesOf(setup.routing)
let turn = 0
const listeners: ((routing: Routing) => void)[] = []
const server = createFront(setup)
await nodeProxy.attach(server, {
  find: host => {
    const endpoints = routes.get(host ?? '')
    return endpoints?.[turn++ % endpoints.length]
  },
  routing: setup.routing,
  front: setup.front,
  onChange: listener => listeners.push(listener),
})
server.listen(0, '127.0.0.1', 4096)
await once(server, 'listening')
process.on('message', (routing: Routing) => {
  routes = routesOf(routing)
  for (const listener of listeners) listener(routing)
})
process.on('disconnect', () => process.exit())
process.on('SIGTERM', () => process.exit())
process.send?.((server.address() as AddressInfo).port)

function routesOf({ hosts, endpoints }: Routing): Map<string, readonly Endpoint[]> {
  return new Map(hosts.map(host => [host, endpoints]))
}

/** With the same limits for all; idle connections stay as long as nginx keeps them. */
function createFront({ front, certificate }: Setup): Server {
  const limits: ServerOptions = { keepAliveTimeout: 75_000, requestTimeout: 0, noDelay: true }
  if (front === 'http') return createServer(limits)
  const pem = { key: readFileSync(certificate.key), cert: readFileSync(certificate.certificate) }
  if (front === 'https') return createTlsServer({ ...limits, ...pem })
  return createSecureServer({ ...pem, allowHTTP1: true }) as unknown as Server
}
