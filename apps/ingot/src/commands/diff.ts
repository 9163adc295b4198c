import { compareViews } from '../diff/compare-views.ts'
import { comparisonGithub, comparisonJson, comparisonText } from '../diff/format-comparison.ts'
import { OutputLines } from '../output-lines.ts'
import { UnusableInput } from '../unusable-input.ts'
import type { DiffFlags } from './diff.options.ts'
import { type LoadFlags, loadView } from './load-view.ts'
import type { ExitCode } from './run-command.ts'

/** Compares two sets of manifests, or one under two profiles; the exit code is 1 if a request is answered differently. */
export async function diffCommand(before: string, after: string, flags: DiffFlags): Promise<ExitCode> {
  const [old, now] = sides(flags)
  if (before === '-' && after === '-') throw new UnusableInput('Standard input can be only one of the two sides.')
  const comparison = compareViews(await loadView([before], old), await loadView([after], now))
  const output = new OutputLines(process.stdout)
  if (flags.format === 'json') await output.write(JSON.stringify(comparisonJson(comparison), undefined, 2))
  else {
    const lines = flags.format === 'github' ? comparisonGithub(comparison) : comparisonText(comparison)
    for (const line of lines) await output.write(line)
  }
  await output.end()
  return comparison.changes.length > 0 || !comparison.complete ? 1 : 0
}

/** Whose class an Ingress has is beside the point where the behaviour of two controllers is compared. */
function sides(flags: DiffFlags): [LoadFlags, LoadFlags] {
  const profiles = [flags.oldProfile ?? flags.profile, flags.newProfile ?? flags.profile] as const
  const anyController = profiles[0] !== profiles[1]
  return [
    { ...flags, profile: profiles[0], anyController },
    { ...flags, profile: profiles[1], anyController },
  ]
}
