import { readdir, stat } from 'node:fs/promises'
import { Gauge, type Registry } from 'prom-client'

const folder = '/proc/self/fd'

/**
 * The number of file descriptors that this process has open; `undefined` where there is no `/proc`. Linux tells it since
 * 6.2. Before, all are listed, which takes a millisecond for a thousand, of which most is not the main thread's.
 */
export async function countOpenFiles(ask: typeof stat = stat): Promise<number | undefined> {
  try {
    const { size } = await ask(folder)
    // Less the one that listing them takes.
    return size > 0 ? size : (await readdir(folder)).length - 1
  } catch {
    return undefined
  }
}

/** `process_open_fds`, as the metrics of processes are named everywhere; only on Linux, as by prom-client. */
export function addOpenFiles(registry: Registry): void {
  if (process.platform !== 'linux') return
  new Gauge({
    name: 'process_open_fds',
    help: 'Number of open file descriptors.',
    registers: [registry],
    async collect() {
      const count = await countOpenFiles()
      if (count !== undefined) this.set(count)
    },
  })
}
