import { availableParallelism } from 'node:os'
import { hasCommand } from './commands.ts'

/** What a process is there for; those that are measured have a core to themselves. */
export type Role = 'proxy' | 'load' | 'upstream' | 'any core'

const cores = availableParallelism()
const canPin = cores > 1 && hasCommand('taskset')
const coreOf: Readonly<Record<Exclude<Role, 'any core'>, number>> = { proxy: 0, load: 1, upstream: cores > 2 ? 2 : 1 }

/** A command that runs on the core of its role. */
export function pinned(role: Role, command: readonly string[]): string[] {
  return canPin && role !== 'any core' ? ['taskset', '-c', String(coreOf[role]), ...command] : [...command]
}

/** How the roles share this machine, in words. */
export const placement: string = canPin
  ? `proxy on core ${coreOf.proxy}, load on core ${coreOf.load}, upstream on core ${coreOf.upstream} of ${cores}`
  : `not pinned, ${cores} cores`
