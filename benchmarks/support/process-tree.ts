import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** What a process and its descendants have used: seconds of CPU since they began, bytes of memory now. */
export interface Usage {
  readonly user: number
  readonly system: number
  readonly resident: number
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
const pageSize = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }))

/** Reads the usage of a process tree from `/proc`. Descendants that have ended count, if somebody waited for them. */
export function usageOfTree(root: number): Usage {
  const total = { user: 0, system: 0, resident: 0 }
  for (const { user, system, resident } of treeOf(root)) {
    total.user += user
    total.system += system
    total.resident += resident
  }
  return total
}

interface ProcessUsage extends Usage {
  readonly pid: number
  readonly parent: number
}

function treeOf(root: number): ProcessUsage[] {
  const all = processes()
  const tree = all.filter(({ pid }) => pid === root)
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid))
  return tree
}

function processes(): ProcessUsage[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        return [parseStat(Number(name), readFileSync(`/proc/${name}/stat`, 'latin1'))]
      } catch {
        return [] // It has ended since.
      }
    })
}

/** proc(5): the name is in parentheses and may hold anything; fields are numbered from 1 before it. */
function parseStat(pid: number, stat: string): ProcessUsage {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  return {
    pid,
    parent: field(4),
    user: (field(14) + field(16)) / ticksPerSecond,
    system: (field(15) + field(17)) / ticksPerSecond,
    resident: field(24) * pageSize,
  }
}
