import type { Provenance } from '../support/machine.ts'

/** Where and when something was measured, and how to do it again. */
export function describeProvenance({ machine, commit, dirty, date, command, loadAtStart }: Provenance): string {
  const where = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.kernel}, Node ${machine.node}`
  const what = `commit \`${commit}\`${dirty ? ' with changes' : ''}`
  const busy =
    loadAtStart > 0.7
      ? ` **The machine was busy with other work (load ${loadAtStart.toFixed(1)} at the start): ratios are rough, and absolute figures and latencies are too high.**`
      : ''
  return `\`${command}\`, ${date.slice(0, 10)}, ${what}, on ${where}.${busy}`
}

/** A sentence for what was not measured in the run that the section names; nothing if it was. */
export function describeOtherRun(
  { provenance }: { readonly provenance: Provenance },
  named: { readonly provenance: Provenance } | undefined,
): string {
  if (named === undefined || provenance.date === named.provenance.date) return ''
  return `\n\nFrom another run: ${describeProvenance(provenance)}`
}
