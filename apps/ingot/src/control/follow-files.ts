import type { EventEmitter } from 'node:events'
import type { Configuration } from '../configuration/schema.ts'
import { directorySource } from '../sources/directory.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { ObjectSource } from './object-source.ts'

/** Follows files and folders; `reload` has all of them looked at again. */
export function followFiles(
  { files, watch }: Configuration,
  reload: EventEmitter<{ reload: [] }>,
  telemetry: Telemetry,
): ObjectSource {
  const stopped = new AbortController()
  const source = directorySource(files, {
    ...{ watch, reload, holdoff: { quiet: 50, limit: 500 }, signal: stopped.signal },
    onFailure: error => telemetry.reloadFailed(error),
  })
  return { source, stop: async () => stopped.abort() }
}
