import { setImmediate as afterPolling } from 'node:timers/promises'

/** Keeps everything in this process from running for `time` milliseconds, as a machine does that is paused. */
export function standStill(time: number): void {
  const end = performance.now() + time
  while (performance.now() < end);
}

/** The same after `before`, and so that the event loop looks at its timers next, and not at what there is to read. */
export async function standStillAfter(before: () => void, time: number): Promise<void> {
  await afterPolling()
  before()
  standStill(time)
}
