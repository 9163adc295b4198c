import { AggregatorRegistry } from 'prom-client'
import type { MetricsSnapshot } from './data-plane.ts'

/** What all threads have counted, as Prometheus reads it. */
export function renderSnapshots(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate(snapshots as never).metrics()
}

/** One snapshot that stands for several. */
export async function addSnapshots(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  const metrics = await AggregatorRegistry.aggregate(snapshots as never).getMetricsAsJSON()
  return metrics as unknown as MetricsSnapshot
}

/** What stays true of a thread that is gone: what it has counted, not what it had open. */
export function onlyTotals(snapshot: MetricsSnapshot): MetricsSnapshot {
  // prom-client says that a type is a number, and writes it as a name.
  return snapshot.filter(({ type }) => ['counter', 'histogram'].includes(type as unknown as string))
}
