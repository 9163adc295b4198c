/**
 * Loaded into each thread of a process that is measured: once a second it writes the longest time, in milliseconds of this
 * thread's CPU, in which it did nothing but one thing, to the file that `TASK_LOG` names. Time in which others had the
 * core does not count, so that a busy machine tells the same.
 */
import { appendFileSync } from 'node:fs'
import { threadId } from 'node:worker_threads'

/** A line of that file. */
export interface TaskLine {
  /** 0 for the main thread. */
  readonly thread: number
  readonly longestMs: number
}

const file = process.env.TASK_LOG
if (file !== undefined) follow(file)

function follow(path: string): void {
  let before = cpu()
  let longestMs = 0
  const look = () => {
    const now = cpu()
    longestMs = Math.max(longestMs, now - before)
    before = now
  }
  const tell = () => {
    appendFileSync(path, `${JSON.stringify({ thread: threadId, longestMs } satisfies TaskLine)}\n`)
    longestMs = 0
  }
  setInterval(look, 1).unref()
  setInterval(tell, 1_000).unref()
}

function cpu(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
