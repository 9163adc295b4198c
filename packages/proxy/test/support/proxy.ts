import { createServer, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compile, type Route } from '@ingot/core'
import {
  attachProxy,
  type BackendDescription,
  compileRouteOptions,
  createProxyHandler,
  filterConnections,
  type ProxyOptions,
  type RegistryOptions,
  type RequestRecord,
  type RouteOptions,
  RoutingState,
  serverOptions,
  UndiciTransport,
  UpstreamRegistry,
} from '../../src/index.ts'

export interface RunningProxy {
  readonly port: number
  readonly server: Server
  readonly registry: UpstreamRegistry
  readonly state: RoutingState<string>
  readonly records: RequestRecord<string>[]
  /** Requests that hold a place at any endpoint. */
  inFlight(): number
  [Symbol.asyncDispose](): Promise<void>
}

export interface ProxySetup {
  /** Routes to backend names; without any, everything goes to `upstream`. */
  readonly routes?: readonly Route<string>[]
  /** Ports of backends by name, or whole descriptions. */
  readonly backends: Readonly<Record<string, number | readonly number[] | BackendDescription>>
  readonly options?: Partial<ProxyOptions<string>>
  readonly registry?: RegistryOptions
  /** What every route asks for. */
  readonly routeOptions?: RouteOptions
  /** How many connections get a parser before anything has come on them. Without it, all do. */
  readonly free?: number | undefined
  readonly server?: ServerOptions
}

type Reach = NonNullable<RegistryOptions['transport']>

/** Ways to speak HTTP/1.1 to an endpoint: each has to pass what is said of all. */
export const transports: readonly (readonly [string, Reach | undefined])[] = [
  ['the own transport', undefined],
  [
    'undici',
    ({ origin, tls }) =>
      new UndiciTransport({ origin, tls, connectTimeout: 1_000, keepAlive: 30_000, maxResponseHead: 65_536 }),
  ],
]

let reach: Reach | undefined

/** What proxies that are started from now on use. */
export function useTransport(next: Reach | undefined): void {
  reach = next
}

const everything: Route<string> = { host: undefined, path: '/', pathType: 'Prefix', target: 'upstream' }

/** A proxy on a free port, as a program would run it. */
export async function startProxy(setup: ProxySetup) {
  const { routes = [everything], backends, options, registry: how, routeOptions, free } = setup
  const registry = new UpstreamRegistry({ connectTimeout: 1_000, ...(reach && { transport: reach }), ...how })
  const resolve = registry.update(new Map(Object.entries(backends).map(([name, ports]) => [name, describe(ports)])))
  const records: RequestRecord<string>[] = []
  const policy = routeOptions && compileRouteOptions(routeOptions)
  const state = new RoutingState({ matcher: compile({ routes }), upstreams: resolve, policies: () => policy })
  const handler = createProxyHandler<string>({
    state,
    onFinish: record => records.push(record),
    // Tests that leave do not wait long for it to be noticed.
    halfCloseTime: 200,
    ...options,
  })
  const server = createServer({ ...serverOptions(), ...setup.server })
  if (free !== undefined) filterConnections(server, { free })
  attachProxy(server, handler)
  const port = await listen(server)
  const running: RunningProxy = {
    ...{ port, server, registry, state, records },
    inFlight: () => [...registry.endpoints()].reduce((sum, { endpoint }) => sum + endpoint.inFlight, 0),
    async [Symbol.asyncDispose]() {
      handler.close()
      server.closeAllConnections()
      await new Promise(done => server.close(done))
      for (const { endpoint } of registry.endpoints()) endpoint.transport.destroy()
    },
  }
  return running
}

function describe(ports: number | readonly number[] | BackendDescription): BackendDescription {
  if (typeof ports === 'object' && 'endpoints' in ports) return ports
  const list = typeof ports === 'number' ? [ports] : ports
  return { endpoints: list.map(port => ({ address: '127.0.0.1', port })) }
}

export async function listen(server: {
  listen(port: number, host: string, then: () => void): unknown
  address(): unknown
}): Promise<number> {
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}
