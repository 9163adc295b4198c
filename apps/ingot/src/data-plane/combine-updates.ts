import type { RouteChanges, TrafficUpdate } from './traffic-update.ts'

/** One update that does what two do, one after the other: what a thread that starts late is told. */
export function combineUpdates(before: TrafficUpdate, after: TrafficUpdate): TrafficUpdate {
  const { changes: earlier, ...rest } = before
  const backends = combineBackends(before, after)
  const changes = after.routes !== undefined ? after.changes : combineChanges(earlier, after.changes)
  const { changes: _, ...said } = after
  return { ...rest, ...said, ...(changes && { changes }), ...(backends && { backends }) }
}

function combineChanges(before: RouteChanges | undefined, after: RouteChanges | undefined): RouteChanges | undefined {
  if (before === undefined || after === undefined) return after ?? before
  return {
    ...before,
    ...after,
    hosts: new Map([...before.hosts, ...after.hosts]),
    policies: [...before.policies, ...after.policies],
  }
}

/** Whoever starts has nothing that could be gone. */
function combineBackends(before: TrafficUpdate, after: TrafficUpdate): TrafficUpdate['backends'] {
  if (after.backends === undefined) return before.backends
  const all = new Map([...(before.backends ?? []), ...after.backends])
  return new Map([...all].filter(([, backend]) => backend !== undefined))
}
