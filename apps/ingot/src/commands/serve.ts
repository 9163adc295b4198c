import { once } from 'node:events'
import { compile } from '@ingot/core'
import type { IngressTarget } from '@ingot/kubernetes'
import { createProxyHandler, RoutingState, UpstreamRegistry } from '@ingot/proxy'
import { createAdminServer } from '../admin-server.ts'
import { type Generation, runControlLoop } from '../control-loop.ts'
import { formatRoutes } from '../format-routes.ts'
import { createProxyServer, drain, listen } from '../listeners.ts'
import { directorySource } from '../sources/directory.ts'
import { Telemetry } from '../telemetry.ts'
import type { ServeOptions } from './serve.options.ts'

/** Runs the proxy until it is told to stop. */
export async function serve(options: ServeOptions): Promise<void> {
  const telemetry = new Telemetry(options.logLevel, options.accessLog)
  const state = new RoutingState<IngressTarget>({ matcher: compile({ routes: [] }), upstreams: () => undefined })
  const upstreams = new UpstreamRegistry<string>()
  const handler = createProxyHandler({
    state,
    trustedProxies: options.trustedProxy,
    sameTarget: (a, b) => a.backend === b.backend,
    onFinish: record => telemetry.requestFinished(record),
  })
  const stopped = new AbortController()
  const status: { live: Generation | undefined; draining: boolean } = { live: undefined, draining: false }

  const source = directorySource(options.filename, {
    watch: options.watch,
    holdoff: { quiet: 50, limit: 500 },
    signal: stopped.signal,
  })
  const firstLive = Promise.withResolvers<void>()
  const loop = runControlLoop({
    ...{ source, state, upstreams, resolve: options.resolve },
    translate: {
      headlessDns: { clusterDomain: options.clusterDomain },
      ...(options.class !== undefined && { classNames: options.class, classByName: true }),
    },
    matching: { hostFallthrough: options.hostFallthrough },
    onLive: generation => {
      status.live = generation
      telemetry.swapped(generation)
      firstLive.resolve()
    },
    onFailure: error => telemetry.log.error({ err: error }, 'a change could not be taken over'),
  })
  await Promise.race([firstLive.promise, loop])

  const proxy = createProxyServer(handler)
  const admin = createAdminServer(status, telemetry.registry)
  const port = await listen(proxy, options.host, options.port)
  const adminPort = await listen(admin, options.adminHost, options.adminPort)
  if (options.printRoutes && status.live !== undefined) process.stdout.write(formatRoutes(status.live))
  telemetry.log.info({ listener: 'http', address: options.host, port }, 'listening')
  telemetry.log.info({ listener: 'admin', address: options.adminHost, port: adminPort }, 'listening')
  telemetry.log.info('ready')

  const signal = await Promise.race((['SIGTERM', 'SIGINT'] as const).map(name => once(process, name).then(() => name)))
  telemetry.log.info({ signal }, 'draining')
  status.draining = true
  stopped.abort()
  const cut = await drain(proxy, handler, options.drainTimeout * 1000)
  admin.close()
  admin.closeAllConnections()
  upstreams.close()
  telemetry.log.info({ cut }, 'stopped')
  telemetry.log.flush()
  process.exit()
}
