import { unlinkSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

// Loaded before the program by a test: lets one worker run into a bug as soon as the file named by CRASH_WORKER is there.
const file = process.env.CRASH_WORKER
if (!isMainThread && file !== undefined) setInterval(() => crashIfAsked(file), 10).unref()

/** Only one thread can be the one that removes the file. */
function crashIfAsked(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    return
  }
  throw new Error('a bug made by the test')
}
