import type { IngotProcess } from '../../apps/ingot/test/e2e/ingot-process.ts'

/** What a process holds on to: what is left after its heap was collected twice. Sizes in MiB. */
export interface Held {
  /** Objects. */
  readonly heap: number
  /** Buffers and whatever else V8 knows of outside its heap. */
  readonly external: number
  /** Timers, sockets, watchers and the like that keep the process alive. */
  readonly resources: number
  /** What is used of each of V8's spaces, and machine code, bytecode and V8's own lists, which it allocates elsewhere. */
  readonly spaces: Readonly<Record<string, number>>
  /** The longest that the event loop has kept anybody waiting since it was asked before, in milliseconds. */
  readonly stall: number
}

const answer = 'held'

// Runs in the program that is watched, before it.
const probe = `
  import { monitorEventLoopDelay } from 'node:perf_hooks'
  import { getHeapCodeStatistics, getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
  import { queryObjects, setFlagsFromString, writeHeapSnapshot } from 'node:v8'
  import { runInNewContext } from 'node:vm'
  import { setImmediate as later } from 'node:timers/promises'
  import { isMainThread } from 'node:worker_threads'
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  const snapshotMinutes = (process.env.SNAPSHOT_MINUTES ?? '').split(',').filter(Boolean).map(Number)
  const delay = monitorEventLoopDelay({ resolution: 20 })
  if (isMainThread) delay.enable()
  const mebi = bytes => bytes / 2 ** 20
  const spaces = () => {
    const used = getHeapSpaceStatistics().map(one => [one.space_name, mebi(one.space_used_size)])
    const { code_and_metadata_size, bytecode_and_metadata_size } = getHeapCodeStatistics()
    const { malloced_memory, used_global_handles_size } = getHeapStatistics()
    return { ...Object.fromEntries(used), machine_code: mebi(code_and_metadata_size),
      bytecode: mebi(bytecode_and_metadata_size), malloced: mebi(malloced_memory),
      global_handles: mebi(used_global_handles_size) }
  }
  // Finalisers run between two collections, and what they let go of is only then gone.
  if (isMainThread) process.on('SIGUSR2', async () => {
    collect()
    await later()
    collect()
    const { heapUsed, external } = process.memoryUsage()
    const resources = process.getActiveResourcesInfo().length
    console.log(JSON.stringify({ msg: '${answer}', heap: mebi(heapUsed), external: mebi(external), resources,
      spaces: spaces(), stall: delay.max / 1e6 }))
    delay.reset()
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
