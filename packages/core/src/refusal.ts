/** Why a request is answered 400 before it is matched. Frozen and shared: refusing allocates nothing. */
export interface Refusal {
  readonly code: 'bad-host' | 'bad-path'
  /** A stable kebab-case reason, such as `port-out-of-range`. */
  readonly reason: string
}
