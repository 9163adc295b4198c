import type { Route, RouteTable } from '../route-table.ts'
import { Arena } from './arena.ts'
import { nameOf, writeHostBlock } from './host-block.ts'
import { buildHostTable } from './host-table.ts'
import { type Layer, layerOf } from './layer.ts'
import { patternTexts } from './pattern-texts.ts'
import { routeList } from './route-list.ts'
import type { Sampling } from './sampling.ts'

/** About as many words as a route takes. */
const WORDS_PER_ROUTE = 10

/** A layer, and what was learnt in making it. */
export interface CompiledLayer<T> {
  readonly layer: Layer<T>
  readonly sampling: Sampling
}

/** Writes a block for every host of a table, and finds out how to tell the hosts apart. */
export function compileLayer<T>(table: RouteTable<T>): CompiledLayer<T> {
  const arena = new Arena(new Int32Array(64 + WORDS_PER_ROUTE * table.routes.length))
  const order: number[] = []
  const blocks: number[] = []
  const names: string[] = []
  let hostless = 0
  let hasWildcards = false
  for (const [host, routes] of groupByHost(table)) {
    const block = writeHostBlock(arena, host, routes, table.routes, order, 0)
    if (host === undefined) {
      hostless = block
    } else {
      blocks.push(block)
      names.push(nameOf(host))
      hasWildcards ||= host.startsWith('*')
    }
  }
  const { table: hosts, sampling } = buildHostTable(arena.words, blocks, names)
  const routes = order.map(index => table.routes[index] as Route<T>)
  const texts = patternTexts(routes)
  const layer = layerOf({ arena, table: hosts, hostless, hasWildcards, routes: routeList(routes), texts })
  return { layer, sampling }
}

/** The positions of each host's routes, in the order of the table. */
export function groupByHost(table: Pick<RouteTable<unknown>, 'routes' | 'hosts'>): Map<string | undefined, number[]> {
  const groups = new Map<string | undefined, number[]>()
  const groupOf = (host: string | undefined): number[] => {
    const group = groups.get(host) ?? []
    groups.set(host, group)
    return group
  }
  let host: string | undefined
  let group: number[] | undefined
  for (let index = 0; index < table.routes.length; index++) {
    const next = (table.routes[index] as Route<unknown>).host
    // The routes of a host mostly follow one another, and finding its group costs more than this comparison.
    if (group === undefined || next !== host) group = groupOf(next)
    host = next
    group.push(index)
  }
  table.hosts?.forEach(groupOf)
  return groups
}
