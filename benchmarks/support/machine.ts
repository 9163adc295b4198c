import { cpus, release, totalmem, type } from 'node:os'
import { output } from './commands.ts'

/** Where and when a result was measured, and what. */
export interface Provenance {
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memoryGb: number
    readonly kernel: string
    readonly node: string
  }
  readonly commit: string
  /** Whether files differed from the commit. */
  readonly dirty: boolean
  /** ISO 8601. */
  readonly date: string
  /** What to type to measure again. */
  readonly command: string
  /** Load of the machine when the run began; above 1 something else was running. */
  readonly loadAtStart: number
}

/** Describes this machine and the working tree that `root` is in. */
export async function provenance(root: string, command: string, loadAtStart: number): Promise<Provenance> {
  const git = (...args: string[]) => output('git', args, root).catch(() => '')
  const processors = cpus()
  return {
    machine: {
      cpu: processors[0]?.model ?? 'unknown',
      cores: processors.length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      kernel: `${type()} ${release()}`,
      node: process.version,
    },
    commit: await git('rev-parse', '--short=10', 'HEAD'),
    dirty: (await git('status', '--porcelain', '--', 'packages', 'apps')) !== '',
    date: new Date().toISOString(),
    command,
    loadAtStart,
  }
}
