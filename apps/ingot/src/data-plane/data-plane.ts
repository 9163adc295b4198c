import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { TrafficUpdate } from './traffic-update.ts'

/** The ports that were taken. */
export interface BoundPorts {
  readonly http: number
  readonly https: number | undefined
}

/** Metrics as they travel between threads. */
export type MetricsSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[]

/** What serves traffic: in this thread, or in several others. */
export interface DataPlane {
  /** Makes other routes, endpoints or certificates live. Nothing that has begun is disturbed. */
  apply(update: TrafficUpdate): Promise<void>
  /** Starts to accept connections, on the ports that another thread has taken if there is one. Rejects if a port is taken. */
  listen(taken?: BoundPorts): Promise<BoundPorts>
  /** One snapshot for each thread, and one for those that are gone. */
  metrics(): Promise<readonly MetricsSnapshot[]>
  /** Stops accepting, and lets what is under way end within `limit` milliseconds. Resolves with how many connections were cut. */
  drain(limit: number): Promise<number>
  /** Ends everything at once. */
  close(): Promise<void>
}
