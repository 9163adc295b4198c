import type { Profiler } from 'node:inspector'
import { originalFile } from './original-file.ts'

/** A function in a profile, and what it called: microseconds of its own and with everything below it. */
export interface Frame {
  readonly name: string
  /** Where it is written, shortened; empty for what is native. */
  readonly file: string
  self: number
  total: number
  readonly children: Map<string, Frame>
}

/** The calls of a profile as one tree, callers above; time in which nothing ran is left out. */
export function callTree(profile: Profiler.Profile): Frame {
  const own = ownTimes(profile)
  const nodes = new Map(profile.nodes.map(node => [node.id, node]))
  const root: Frame = { name: 'all', file: '', self: 0, total: 0, children: new Map() }
  const walk = (id: number, parent: Frame) => {
    const node = nodes.get(id)
    if (node === undefined || isForeign(node.callFrame)) return 0
    const frame = node.callFrame.functionName === '(root)' ? root : childOf(parent, node.callFrame)
    const self = own.get(id) ?? 0
    let total = self
    for (const child of node.children ?? []) total += walk(child, frame)
    frame.self += self
    frame.total += total
    return total
  }
  walk(profile.nodes[0]?.id ?? 0, root)
  return root
}

/** Idle time, and what recording itself costs. */
function isForeign({ functionName, url }: Profiler.ProfileNode['callFrame']): boolean {
  return functionName === '(idle)' || url.startsWith('node:inspector') || url.startsWith('node:internal/inspector')
}

function ownTimes({ samples = [], timeDeltas = [] }: Profiler.Profile): Map<number, number> {
  const own = new Map<number, number>()
  for (const [index, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0))
  return own
}

function childOf(parent: Frame, callFrame: Profiler.ProfileNode['callFrame']): Frame {
  const file = originalFile(callFrame)
  const name = callFrame.functionName || `(anonymous:${callFrame.lineNumber + 1})`
  const key = `${name} ${file}`
  let frame = parent.children.get(key)
  if (frame === undefined) {
    frame = { name, file, self: 0, total: 0, children: new Map() }
    parent.children.set(key, frame)
  }
  return frame
}

/** Functions by the time they took themselves, wherever they were called from; the greatest first. */
export function selfTimes(root: Frame): { readonly name: string; readonly file: string; readonly self: number }[] {
  const found = new Map<string, { name: string; file: string; self: number }>()
  const walk = ({ name, file, self, children }: Frame) => {
    const key = `${name} ${file}`
    const known = found.get(key)
    if (known === undefined) found.set(key, { name, file, self })
    else known.self += self
    for (const child of children.values()) walk(child)
  }
  walk(root)
  return [...found.values()].sort((a, b) => b.self - a.self)
}
