import type { RouteTable } from '../route-table.ts'

/** What becomes different about a route table, host by host. */
export interface Changes<T> {
  /** Each host that these routes or hosts name has exactly these routes afterwards. */
  readonly upsert?: Pick<RouteTable<T>, 'routes' | 'hosts'>
  /** Hosts that no longer exist; `undefined` for the routes without a host. */
  readonly remove?: readonly (string | undefined)[]
  /** Where a request goes afterwards that no route takes; as before if this is not given. */
  readonly defaultTarget?: T | undefined
}
