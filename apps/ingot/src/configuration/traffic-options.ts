import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { type Http2Limits, SharedConnections, SharedRates } from '@ingot/proxy'
import type { TrafficSettings } from '../data-plane/traffic-settings.ts'
import type { Configuration } from './schema.ts'
import { matchingOptions } from './translate-options.ts'

/** How many threads serve traffic. */
export function workerCount({ workers }: Configuration): number {
  return workers === 'auto' ? availableParallelism() : workers
}

/**
 * Whether threads of their own serve traffic, and this one only reads what they go by: always where they are several, and
 * for a cluster, which changes all the time.
 */
export function servesApart(configuration: Configuration): boolean {
  return workerCount(configuration) > 1 || configuration.cluster.enabled
}

/** What each thread that serves traffic goes by. */
export function trafficSettings(configuration: Configuration): TrafficSettings {
  const { listen, requests, upstreams, log, metrics } = configuration
  const workers = workerCount(configuration)
  const { connectTimeout, keepAlive, maxResponseHead } = upstreams
  return {
    ...{ host: listen.host, port: listen.port, httpsPort: listen.httpsPort, sharesPorts: workers > 1 },
    connections: {
      max: Math.ceil(listen.maxConnections / workers),
      maxPerAddress: listen.maxConnectionsPerAddress,
      maxHeaderBytes: listen.maxHeaderBytes,
      headerTimeout: listen.headerTimeout,
      keepAliveTimeout: listen.keepAliveTimeout,
      halfCloseTimeout: listen.halfCloseTimeout,
      handshakeTimeout: listen.handshakeTimeout,
      http2: listen.http2 ? http2Limits(listen) : undefined,
      proxyProtocol: listen.proxyProtocol,
    },
    requests: {
      ...requests,
      path: matchingOptions(configuration),
      headLimits: {
        maxHeaders: listen.maxHeaders,
        maxHeaderName: listen.maxHeaderName,
        maxBytes: listen.maxHeaderBytes,
      },
      compression: compressionOptions(configuration),
    },
    upstreams: { connectTimeout, keepAlive, maxResponseHead },
    shared:
      workers > 1 ? { rates: SharedRates.allocate(), connections: SharedConnections.allocate(workers) } : undefined,
    worker: 0,
    redirectPort: redirectPort(configuration),
    ticketKeys: randomBytes(48),
    log: { level: log.level, access: log.access },
    metrics,
    tracing: tracingSettings(configuration),
  }
}

function http2Limits(listen: Configuration['listen']): Partial<Http2Limits> {
  const { maxConcurrentStreams, maxHeaderBytes, maxHeaderListBytes, keepAliveTimeout } = listen
  return {
    maxConcurrentStreams,
    // Each field counts 32 bytes more than it has (RFC 9113 6.5.2).
    maxHeaderListSize: maxHeaderListBytes ?? maxHeaderBytes * 2,
    maxSessionMemory: listen.http2SessionMemory,
    resets: { burst: listen.http2Resets, perSecond: listen.http2ResetsPerSecond },
    idleTimeout: keepAliveTimeout,
  }
}

function compressionOptions({ compression }: Configuration): TrafficSettings['requests']['compression'] {
  const { enabled, ...options } = compression
  return enabled ? options : undefined
}

function redirectPort({ listen, tls }: Configuration): number | undefined {
  if (listen.httpsPort === undefined || !tls.redirect) return undefined
  return tls.redirectPort ?? (listen.httpsPort === 0 ? 443 : listen.httpsPort)
}

function tracingSettings({ tracing }: Configuration): TrafficSettings['tracing'] {
  const endpoint =
    tracing.endpoint ?? process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? process.env.OTEL_EXPORTER_OTLP_ENDPOINT
  return endpoint === undefined ? undefined : { endpoint, sampleRatio: tracing.sampleRatio }
}
