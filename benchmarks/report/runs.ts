import type { Provenance } from '../support/machine.ts'

interface HasRun<Run> {
  readonly run: Run
}

/** The run that most recently left something in a result; parts of it may be kept from others. */
export function newestRun<Run extends { readonly provenance: Provenance }>(
  parts: readonly HasRun<Run>[],
): Run | undefined {
  return parts
    .map(({ run }) => run)
    .sort((a, b) => b.provenance.date.localeCompare(a.provenance.date))
    .at(0)
}
