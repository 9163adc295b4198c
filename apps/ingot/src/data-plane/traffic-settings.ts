import type { PathOptions } from '@ingot/core'
import type {
  CompressionOptions,
  HeadLimits,
  Http2Limits,
  RegistryOptions,
  SharedConnectionsMemory,
} from '@ingot/proxy'

/** What about traffic stays the same while the program runs. Plain data: it travels to workers. Times in milliseconds. */
export interface TrafficSettings {
  readonly host: string
  readonly port: number
  /** Without it there is no HTTPS. */
  readonly httpsPort: number | undefined
  /** Whether other threads listen on the same ports. */
  readonly sharesPorts: boolean
  readonly connections: ConnectionSettings
  readonly requests: RequestSettings
  readonly upstreams: RegistryOptions
  /** What all threads count of clients together; `undefined` for a thread that is alone. */
  readonly shared: SharedSettings | undefined
  /** Which of the threads this one is, from 0. */
  readonly worker: number
  /** The port that HTTP is redirected to; `undefined` for no redirect. */
  readonly redirectPort: number | undefined
  /** Encrypts session tickets, so that any worker can resume a session of another. */
  readonly ticketKeys: Uint8Array
  readonly log: { readonly level: string; readonly access: boolean }
  readonly metrics: { readonly maxIngresses: number }
  readonly tracing: TracingSettings | undefined
}

/** Memory that all threads count in. */
interface SharedSettings {
  /** What clients have used of their rates. */
  readonly rates: SharedArrayBuffer
  /** How many requests of clients are under way. */
  readonly connections: SharedConnectionsMemory
}

/** Limits of client connections. */
export interface ConnectionSettings {
  /** In this thread; 0 is without limit. */
  readonly max: number
  /** In this thread; 0 is without limit. */
  readonly maxPerAddress: number
  readonly maxHeaderBytes: number
  readonly headerTimeout: number
  readonly keepAliveTimeout: number
  readonly halfCloseTimeout: number
  readonly handshakeTimeout: number
  /** `undefined` offers HTTP/1.1 alone. */
  readonly http2: Partial<Http2Limits> | undefined
  /** Addresses and CIDR blocks of load balancers that say who the client is. */
  readonly proxyProtocol: readonly string[]
}

/** What the proxy handler goes by where a route has no options of its own. */
interface RequestSettings {
  readonly path: PathOptions
  readonly headLimits: HeadLimits
  readonly trustedProxies: readonly string[]
  readonly keepUnderscores: boolean
  readonly upgrades: readonly string[]
  readonly answerAsterisk: boolean
  readonly compression: CompressionOptions | undefined
}

/** Where spans go. */
export interface TracingSettings {
  readonly endpoint: string
  readonly sampleRatio: number
}
