import type { IngotProcess } from '../../apps/ingot/test/e2e/ingot-process.ts'

/** What a process holds on to: what is left after its heap was collected twice. Sizes in MiB. */
export interface Held {
  /** Objects. */
  readonly heap: number
  /** Buffers and whatever else V8 knows of outside its heap. */
  readonly external: number
  /** Timers, sockets, watchers and the like that keep the process alive. */
  readonly resources: number
}

const answer = 'held'

// Runs in the program that is watched, before it.
const probe = `
  import { setFlagsFromString, writeHeapSnapshot } from 'node:v8'
  import { runInNewContext } from 'node:vm'
  import { setImmediate as later } from 'node:timers/promises'
  import { isMainThread } from 'node:worker_threads'
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  const snapshotMinutes = (process.env.SNAPSHOT_MINUTES ?? '').split(',').filter(Boolean).map(Number)
  // Finalisers run between two collections, and what they let go of is only then gone.
  if (isMainThread) process.on('SIGUSR2', async () => {
    collect()
    await later()
    collect()
    const { heapUsed, external } = process.memoryUsage()
    const resources = process.getActiveResourcesInfo().length
    console.log(JSON.stringify({ msg: '${answer}', heap: heapUsed / 2 ** 20, external: external / 2 ** 20, resources }))
    const isDue = process.uptime() >= 60 * snapshotMinutes[0]
    if (isDue) writeHeapSnapshot(process.env.SNAPSHOTS + '/minute-' + snapshotMinutes.shift() + '.heapsnapshot')
  })`

/**
 * For `NODE_OPTIONS` of a program of which {@link held} is to be asked. `SNAPSHOTS=FOLDER SNAPSHOT_MINUTES=4,10` in the
 * environment writes what is on the heap, too, when it is asked after so many minutes.
 */
export const probeOption = `--import=data:text/javascript,${encodeURIComponent(probe)}`

/** Lets the program collect its garbage, and resolves with what is left. */
export async function held(ingot: IngotProcess): Promise<Held> {
  const before = ingot.log.length
  ingot.signal('SIGUSR2')
  const line = await ingot.logged(one => one.msg === answer && ingot.log.indexOf(one) >= before)
  return line as unknown as Held
}
