import { compareViews } from '../diff/compare-views.ts'
import { comparisonGithub, comparisonJson, comparisonText } from '../diff/format-comparison.ts'
import { OutputLines } from '../terminal/output-lines.ts'
import type { DiffFlags } from './diff.options.ts'
import { type LoadFlags, loadTwoViews, loadView } from './load-view.ts'
import type { ExitCode } from './run-command.ts'

/** Compares two sets of manifests, or one under two profiles; the exit code is 1 if a request is answered differently. */
export async function diffCommand(before: string, after: string, flags: DiffFlags): Promise<ExitCode> {
  const [old, now] = sides(flags)
  const views =
    before === after
      ? await loadTwoViews([before], [old, now])
      : ([await loadView([before], old), await loadView([after], now)] as const)
  const comparison = compareViews(...views)
  const output = new OutputLines(process.stdout)
  if (flags.format === 'json') await output.write(JSON.stringify(comparisonJson(comparison), undefined, 2))
  else {
    const lines = flags.format === 'github' ? comparisonGithub(comparison) : comparisonText(comparison)
    for (const line of lines) await output.write(line)
  }
  await output.end()
  return comparison.changes.length > 0 || !comparison.complete ? 1 : 0
}

/**
 * Where the behaviour of two controllers is compared, it is beside the point whose class an Ingress has, and a Service
 * that is not in the files says nothing.
 */
function sides(flags: DiffFlags): [LoadFlags, LoadFlags] {
  const profiles = [flags.oldProfile ?? flags.profile, flags.newProfile ?? flags.profile] as const
  const same = { ...flags, profile: profiles[0] }
  if (profiles[0] === profiles[1]) return [same, same]
  const missing = flags.missing === 'auto' ? 'elsewhere' : flags.missing
  const shared = { ...flags, missing, anyController: true } as const
  return [
    { ...shared, profile: profiles[0] },
    { ...shared, profile: profiles[1] },
  ]
}
