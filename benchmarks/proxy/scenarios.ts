import type { Feature, Front } from './rivals/rival.ts'

/** How long and how often everyone is loaded. Seconds. */
export interface Effort {
  readonly warmUp: number
  readonly rounds: number
  readonly seconds: number
}

/** One kind of load. */
export interface Scenario {
  readonly name: string
  readonly title: string
  /** `wrk` and `h2load` send the next request when an answer came; `open` sends at a rate, whatever comes back. */
  readonly load: 'wrk' | 'h2load' | 'open' | 'websocket'
  readonly front: Front
  readonly path: '/1k' | '/100k' | '/upload'
  /** Bytes sent with each request. */
  readonly upload?: number
  readonly connections: number
  /** How many hosts are routed; requests name all of them in turn where `everyHost` says so. */
  readonly hosts: number
  readonly everyHost?: boolean
  /** Requests a second, for `open`. */
  readonly rate?: number
  /** What changes every 100 ms. */
  readonly change?: 'configuration' | 'endpoints'
  readonly needs: readonly Feature[]
  /** Whether a goal is measured by it: then it gets more rounds. */
  readonly goal?: boolean
  /** Part of the short form. */
  readonly short: boolean
}

const plain = { load: 'wrk', front: 'http', path: '/1k', connections: 64, hosts: 10, needs: [] } as const

/** Every load that is measured; requests a second, CPU time and latency are taken from each. */
export const scenarios: readonly Scenario[] = [
  { ...plain, name: '1k-8', title: '1 KB, 8 connections', connections: 8, short: false },
  { ...plain, name: '1k-64', title: '1 KB, 64 connections', goal: true, short: true },
  { ...plain, name: '1k-256', title: '1 KB, 256 connections', connections: 256, goal: true, short: true },
  { ...plain, name: '1k-1000', title: '1 KB, 1,000 connections', connections: 1000, short: false },
  { ...plain, name: '100k', title: '100 KB response', path: '/100k', goal: true, short: true },
  { ...plain, name: 'post-16k', title: 'POST of 16 KB', path: '/upload', upload: 16_384, goal: true, short: true },
  { ...plain, name: 'hosts-10', title: '10 hosts in turn', everyHost: true, goal: true, short: true },
  {
    ...plain,
    name: 'hosts-100000',
    title: '100,000 hosts in turn',
    hosts: 100_000,
    everyHost: true,
    goal: true,
    short: true,
  },
  { ...plain, name: 'tls', title: 'TLS, 1 KB', front: 'https', needs: ['tls'], short: true },
  { ...plain, name: 'h2', title: 'HTTP/2 over TLS, 1 KB', load: 'h2load', front: 'h2', needs: ['http2'], short: false },
  { ...plain, name: 'websocket', title: 'WebSocket echo', load: 'websocket', needs: ['websocket'], short: false },
  ...([1000, 2000, 4000, 8000, 16_000] as const).map(
    (rate): Scenario => ({
      ...plain,
      name: `open-${rate}`,
      title: `${rate.toLocaleString('en')} requests/s, come what may`,
      load: 'open',
      connections: 256,
      rate,
      short: rate === 1000 || rate === 4000 || rate === 16_000,
    }),
  ),
  {
    ...plain,
    name: 'change-configuration',
    title: 'a new configuration every 100 ms',
    change: 'configuration',
    needs: ['change'],
    short: true,
  },
  {
    ...plain,
    name: 'change-endpoints',
    title: 'other endpoints every 100 ms',
    change: 'endpoints',
    needs: ['change'],
    short: false,
  },
]
