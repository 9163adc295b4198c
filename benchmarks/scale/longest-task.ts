import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { TaskLine } from './task-probe.ts'

/** How a process is started so that it tells the longest of what its threads do, and what it has told. */
export interface LongestTask {
  readonly flags: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Begins anew. */
  forget(): Promise<void>
  /** The longest since then in the threads that serve, in milliseconds of their CPU; up to a second late. */
  serving(): Promise<number>
}

/** For one process. */
export async function longestTask(): Promise<LongestTask> {
  const file = join(await temporaryFolder('tasks'), 'tasks.jsonl')
  await writeFile(file, '')
  return {
    flags: ['--import', fileURLToPath(new URL('task-probe.ts', import.meta.url))],
    env: { TASK_LOG: file },
    forget: () => writeFile(file, ''),
    serving: async () => longestOf(await readFile(file, 'utf8')),
  }
}

/** Where there are other threads than the main one, they are those that serve. */
function longestOf(text: string): number {
  const lines = text.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as TaskLine]))
  const others = lines.filter(({ thread }) => thread > 0)
  return Math.max(0, ...(others.length > 0 ? others : lines).map(({ longestMs }) => longestMs))
}
