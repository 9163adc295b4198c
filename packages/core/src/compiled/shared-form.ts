import type { HostFallthrough } from '../matcher.ts'
import { Arena } from './arena.ts'
import { CompiledMatcher } from './compiled-matcher.ts'
import { FIRST_ROUTE } from './host-block.ts'
import { withNames } from './host-table.ts'
import { layerOf } from './layer.ts'
import { MAX_TEXTS, type PatternTexts, patternTexts } from './pattern-texts.ts'
import { type RoutePattern, readRoutes } from './read-block.ts'
import { type RouteList, type RouteSource, routeList } from './route-list.ts'
import { compact } from './update.ts'

/** A matcher on its way to another thread: fit for `postMessage`, which copies all of it but the buffer. */
export interface SharedMatcher<T> {
  readonly buffer: SharedArrayBuffer
  /** The target of each route, by its position in the buffer. Others may be put here, if these cannot be copied. */
  readonly targets: readonly T[]
  readonly defaultTarget: T | undefined
}

/** A buffer that is not the compiled form of a matcher, or no longer. */
export class SharedFormError extends Error {
  override readonly name = 'SharedFormError'
}

/*
 * The words of the buffer: a header, the slots of the host table, the arena. In the header, in this order: a mark that
 * also shows the order of bytes, the version, a checksum of all words after it, the number of slot words, of arena words,
 * of hosts and of routes, the block without a host, whether there are wildcards, the fall-through, and the sampling.
 */
const MARK = 0x746f6749
const VERSION = 1
const CHECKED_FROM = 3
const HEADER = 20
const FALLTHROUGHS: readonly HostFallthrough[] = ['none', 'wildcard', 'all']

/**
 * The matcher as a message to another thread, where `fromShared` makes a matcher of it. The compiled form is in a
 * `SharedArrayBuffer`, which is not copied; the targets are sent beside it, because only bytes can be shared.
 */
export function toShared<T>(matcher: CompiledMatcher<T>): SharedMatcher<T> {
  const { base: layer, sampling, hostFallthrough, defaultTarget } = compact(matcher)
  const { slots, hosts } = layer.table
  const { used } = layer.arena
  const targets = targetsOf(layer.routes)
  const buffer = new SharedArrayBuffer(4 * (HEADER + slots.length + used))
  const form = new Int32Array(buffer)
  const settings = [
    Number(layer.hasWildcards),
    FALLTHROUGHS.indexOf(hostFallthrough),
    sampling.count,
    sampling.seed,
    ...sampling.positions,
  ]
  form.set([MARK, VERSION, 0, slots.length, used, hosts, targets.length, layer.hostless, ...settings])
  form.set(slots, HEADER)
  form.set(layer.words.subarray(0, used), HEADER + slots.length)
  form[2] = checksum(form)
  return { buffer, targets, defaultTarget }
}

/**
 * The matcher that `toShared` has made a message of, in another thread. It reads the same memory; making it takes the
 * time to check the buffer once.
 *
 * @throws SharedFormError if the buffer is damaged, of another version, or not the compiled form of a matcher, or if the
 * targets are too few or too many.
 */
export function fromShared<T>({ buffer, targets, defaultTarget }: SharedMatcher<T>): CompiledMatcher<T> {
  const form = checkedForm(buffer)
  const [slotWords, arenaWords, hosts, routeCount, hostless, hasWildcards, fallthrough, count, seed, ...positions] =
    form.subarray(CHECKED_FROM, HEADER) as unknown as FormHeader
  if (targets.length !== routeCount)
    throw new SharedFormError(`${routeCount} targets are needed, not ${targets.length}`)
  const slots = form.subarray(HEADER, HEADER + slotWords)
  const arena = new Arena(form.subarray(HEADER + slotWords))
  arena.used = arenaWords
  const base = layerOf<T>({
    arena,
    table: withNames(arena.words, slots, hosts),
    hostless,
    hasWildcards: hasWildcards === 1,
    routes: routeList<T>(new Array(routeCount).fill(undefined), { targets, read: enterRoutes(targets) }),
    texts: routeCount <= MAX_TEXTS ? textsIn(arena.words, slots, hostless, routeCount) : undefined,
  })
  return new CompiledMatcher({
    base,
    recent: undefined,
    sampling: { count, positions: Int32Array.from(positions), seed },
    hostFallthrough: FALLTHROUGHS[fallthrough]!,
    defaultTarget,
    compaction: undefined,
  })
}

function targetsOf<T>({ routes, source }: RouteList<T>): T[] {
  return routes.map((route, index) => (route === undefined ? (source?.targets[index] as T) : route.target))
}

function enterRoutes<T>(targets: readonly T[]): RouteSource<T>['read'] {
  return (routes, words, block) => {
    const first = words[block + FIRST_ROUTE]!
    readRoutes(words, block).forEach((pattern, ordinal) => {
      routes[first + ordinal] = { ...pattern, target: targets[first + ordinal] as T }
    })
  }
}

type FormHeader = [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
]

function checkedForm(buffer: SharedArrayBuffer): Int32Array {
  if (buffer.byteLength % 4 !== 0 || buffer.byteLength < 4 * HEADER) throw new SharedFormError('not a compiled matcher')
  const form = new Int32Array(buffer)
  if (form[0] !== MARK) throw new SharedFormError('not a compiled matcher, or one of a machine with another byte order')
  if (form[1] !== VERSION) throw new SharedFormError(`version ${form[1]} of the compiled form, not ${VERSION}`)
  if (form[2] !== checksum(form)) throw new SharedFormError('the compiled matcher is damaged: its checksum differs')
  return form
}

/** Changes with every word and with their order. */
function checksum(form: Int32Array): number {
  let sum = form.length
  for (let index = CHECKED_FROM; index < form.length; index++)
    sum = Math.imul(sum ^ form[index]!, 0x01000193) ^ (sum >>> 15)
  return sum
}

function textsIn(words: Int32Array, slots: Int32Array, hostless: number, routeCount: number): PatternTexts {
  const patterns = new Array<RoutePattern>(routeCount)
  const read = (block: number) => {
    readRoutes(words, block).forEach((route, ordinal) => {
      patterns[words[block + FIRST_ROUTE]! + ordinal] = route
    })
  }
  if (hostless !== 0) read(hostless)
  for (let slot = 1; slot < slots.length; slot += 2) if (slots[slot] !== 0) read(slots[slot]!)
  return patternTexts(patterns)
}
