/** Why a request is answered 400 and not looked at further. Frozen and shared: refusing allocates nothing. */
export interface Refusal {
  /** `bad-host` and `bad-path` come from normalisation, `ambiguous-path` from the guard of semantics 8.8. */
  readonly code: 'bad-host' | 'bad-path' | 'ambiguous-path'
  /** A stable kebab-case reason, such as `port-out-of-range`. */
  readonly reason: string
}

/** One frozen refusal for each reason, by reason. */
export function refusals<const C extends Refusal['code'], const R extends string>(code: C, reasons: readonly R[]) {
  type Table = { readonly [reason in R]: Refusal & { readonly code: C; readonly reason: reason } }
  return Object.freeze(
    Object.fromEntries(reasons.map(reason => [reason, Object.freeze({ code, reason })])),
  ) as unknown as Table
}
