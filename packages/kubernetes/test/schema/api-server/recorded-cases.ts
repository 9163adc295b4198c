import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ValidationCase } from './mutation.ts'
import type { RecordedCase, TheirVerdict } from './verdict.ts'

/** A line for each case, with what a kube-apiserver of the version in docs/real-api-server.md said. */
export const recordFile = join(import.meta.dirname, 'recorded.jsonl')

const MESSAGE_LENGTH = 100

/** A name that the API server made from `generateName`, anew each time. */
const madeName = /"([^" ]*-)[a-z0-9]{5}"/

/** A case and its verdict, without what is the default. */
export function recordLine({ base, changes }: ValidationCase, verdict: TheirVerdict): string {
  const { fields, unknown } = verdict
  const message = verdict.message
    .replace(/^\d+ \S+ ".*?" is invalid: /, '')
    .replace(madeName, '"$1*****"')
    .slice(0, MESSAGE_LENGTH)
  const said = verdict.accepted ? {} : { fields, message }
  return JSON.stringify({ base, changes, accepted: verdict.accepted, ...said, ...(unknown.length > 0 && { unknown }) })
}

/** All that is recorded. */
export function recordedCases(): RecordedCase[] {
  const lines = readFileSync(recordFile, 'utf8').trimEnd().split('\n')
  return lines.map(line => ({ fields: [], unknown: [], message: '', ...JSON.parse(line) }))
}
