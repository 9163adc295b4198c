/** What one round of load counted. Latencies in milliseconds. */
export interface LoadResult {
  /** Answers that were complete and had status 2xx. */
  readonly completed: number
  /** Seconds. */
  readonly duration: number
  /** Lost connections, timeouts and answers with another status. */
  readonly errors: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
}

/** Where and what to send. */
export interface LoadTarget {
  readonly port: number
  readonly path: string
  readonly upload: number
  readonly connections: number
  /** Names that requests carry in turn. */
  readonly hosts: readonly string[]
  /** Whether over TLS. */
  readonly secure: boolean
  /** Requests a second; only for open loops. */
  readonly rate: number
  /** A folder for what the generator needs. */
  readonly folder: string
}
