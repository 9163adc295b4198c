import type { Provenance } from '../support/machine.ts'

/** Where the proxy's time goes under one load, as it is kept. */
export interface ProfileResult {
  readonly provenance: Provenance
  readonly scenario: string
  readonly title: string
  /** Shares of the time in which something ran. */
  readonly groups: Readonly<Record<string, number>>
  readonly functions: readonly { readonly name: string; readonly file: string; readonly share: number }[]
}
