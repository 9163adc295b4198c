import type { MatchResult, MatchRun } from '../match/result.ts'
import { drawMatchCharts } from './match-charts.ts'
import { matchTables } from './match-tables.ts'
import { describeProvenance } from './provenance-text.ts'
import { newestRun } from './runs.ts'

/** The part of the page about matching. */
export async function matchSection(result: MatchResult): Promise<string> {
  const charts = await drawMatchCharts(result)
  return `## Matching

${describeRun(newestRun(result.workloads))}

From host and path to the winning route. Requests are freshly decoded from bytes, in random order; \`ingot bytes\` reads the bytes themselves. Answers are compared with the reference matcher first. Most rivals know nothing of hosts and stand behind a \`Map\` from host to router. "Bytes a rule" is all that stays in memory after the build for each rule (of a small table the code of the rival is the most); "one host anew" is the time until one random host has other rules, for others than Ingot by a new router for that host, "a build" if everything has to be built again.

${charts.join('\n\n')}

${matchTables(result)}`
}

function describeRun(run: MatchRun | undefined): string {
  if (run === undefined) return 'Not measured.'
  const { named, others } = run.rounds
  const rounds = (count: number) => (count === 1 ? 'one round' : `medians of ${count} rounds`)
  const who =
    named === others
      ? rounds(named)
      : `${rounds(named)} of Ingot and those that the goals name, ${rounds(others)} of the others`
  return `${describeProvenance(run.provenance)} Each rival in a process of its own, in turns; ${who}; seed ${run.seed}.`
}
