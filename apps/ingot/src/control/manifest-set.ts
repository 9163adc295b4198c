import {
  type Diagnostic,
  type KubernetesObject,
  type ObjectName,
  routingKind,
  validateObject,
  type WrittenObjects,
} from '@ingot/kubernetes'
import type { ResolveEntry } from '../resolve-entries.ts'
import type { SourceChange } from '../sources/source.ts'

/**
 * What all origins hold now. An object that turns invalid keeps its last good version, as it would in a cluster, where
 * the API server refuses the change; so does everything in a file that cannot be read any more.
 */
export class ManifestSet {
  readonly #origins = new Map<string, Origin>()
  /** Origins that say more than objects: few of many. */
  readonly #remarkable = new Map<string, Origin>()
  /** Everything that is written under one kind and name, by the name of the origin. */
  readonly #written = new Map<string, readonly Written[]>()
  /** Origins that hold an object of a kind that is listed. */
  readonly #listed = new Map<string, Origin>()

  /**
   * Takes over what one origin holds now, and returns the kinds and names of the objects that this may have changed, for
   * `under`; `undefined` if nothing changed that anybody asks for.
   */
  apply(change: SourceChange): Set<string> | undefined {
    const before = this.#origins.get(change.origin)
    this.#replace(before, change)
    const after = this.#origins.get(change.origin)
    const touched = new Set([...(before?.objects ?? []), ...(after?.objects ?? [])].map(keyOf))
    this.#index(change.origin, after?.objects ?? [], touched)
    return before !== undefined && after !== undefined && isOnlyStatus(before, after) ? undefined : touched
  }

  #replace(before: Origin | undefined, change: SourceChange): void {
    const { origin } = change
    if (change.objects.length === 0 && change.diagnostics.length === 0 && change.resolve === undefined) {
      this.#origins.delete(origin)
      this.#remarkable.delete(origin)
      this.#listed.delete(origin)
      return
    }
    const after = before === undefined ? { ...change, held: 0 } : keepLastGood(before, change)
    this.#origins.set(origin, after)
    setIf(this.#remarkable, isRemarkable(after), origin, after)
    setIf(this.#listed, after.objects.some(isListed), origin, after)
  }

  #index(origin: string, objects: readonly KubernetesObject[], touched: ReadonlySet<string>): void {
    const byKey = Map.groupBy(objects, keyOf)
    for (const key of touched) {
      const others = this.#written.get(key)?.filter(written => written.origin !== origin) ?? []
      const own = (byKey.get(key) ?? []).map(object => ({ origin, object }))
      const all = [...others, ...own]
      if (all.length === 0) this.#written.delete(key)
      else this.#written.set(key, others.length === 0 ? own : all.sort((a, b) => compareTexts(a.origin, b.origin)))
    }
  }

  /** The objects of all origins, by the name of the origin, so that the outcome does not depend on the order of changes. */
  objects(): KubernetesObject[] {
    return inOrder(this.#origins).flatMap(({ objects }) => objects)
  }

  /** What parameters of classes are read from, in the same order. */
  classObjects(): KubernetesObject[] {
    return inOrder(this.#listed).flatMap(({ objects }) => objects.filter(isListed))
  }

  /** The Secret of that name; of several the first counts. */
  secret({ namespace, name }: ObjectName): KubernetesObject | undefined {
    return this.#written.get(`Secret Secret ${namespace} ${name}`)?.[0]?.object
  }

  /** What is written under these kinds and names, or under all, as far as routing needs the kind. */
  *under(keys: Iterable<string> = this.#written.keys()): Iterable<WrittenObjects> {
    for (const key of keys) {
      const { kind, namespace, name } = parseKey(key)
      if (kind !== undefined)
        yield { kind, namespace, name, objects: this.#written.get(key)?.map(({ object }) => object) ?? [] }
    }
  }

  /** What could not be read, and what is not served in its newest version. */
  diagnostics(): Diagnostic[] {
    return inOrder(this.#remarkable).flatMap(origin => origin.diagnostics)
  }

  /** How many objects are kept in an older version because the newest cannot be served, or read. */
  held(): number {
    return inOrder(this.#remarkable).reduce((sum, { held }) => sum + held, 0)
  }

  resolve(): ResolveEntry[] {
    return inOrder(this.#remarkable).flatMap(origin => origin.resolve ?? [])
  }
}

function inOrder(origins: ReadonlyMap<string, Origin>): Origin[] {
  return [...origins].sort(([a], [b]) => compareTexts(a, b)).map(([, origin]) => origin)
}

function setIf(origins: Map<string, Origin>, isOneOfThem: boolean, name: string, origin: Origin): void {
  if (isOneOfThem) origins.set(name, origin)
  else origins.delete(name)
}

/** What the parameters of classes are read from. */
export const classKinds: readonly string[] = ['IngressClass', 'ConfigMap']

function isListed({ kind }: KubernetesObject): boolean {
  return classKinds.includes(kind)
}

interface Written {
  readonly origin: string
  readonly object: KubernetesObject
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isRemarkable({ diagnostics, held, resolve }: Origin): boolean {
  return diagnostics.length > 0 || held > 0 || resolve !== undefined
}

/**
 * Whether two versions of an object differ in their status alone: a cluster counts the changes of everything else, save
 * labels and annotations.
 */
function isOnlyStatus(before: Origin, after: Origin): boolean {
  const [[old], [now]] = [before.objects, after.objects]
  if (old === undefined || now === undefined || before.objects.length + after.objects.length > 2) return false
  if (before.diagnostics.length + after.diagnostics.length > 0) return false
  const [was, is] = [metadataOf(old), metadataOf(now)]
  if (typeof is.generation !== 'number' || is.generation !== was.generation || is.uid !== was.uid) return false
  return JSON.stringify([was.labels, was.annotations]) === JSON.stringify([is.labels, is.annotations])
}

function metadataOf({ raw }: KubernetesObject): Readonly<Record<string, unknown>> {
  return (raw.metadata ?? {}) as Readonly<Record<string, unknown>>
}

/** What an origin holds, and how much of it is not its newest version. */
interface Origin extends SourceChange {
  readonly held: number
}

function keepLastGood(before: Origin, change: SourceChange): Origin {
  const lastGood = new Map(before.objects.map(object => [keyOf(object), object]))
  const diagnostics = [...change.diagnostics]
  let held = 0
  const objects = change.objects.map(object => {
    const errors = errorsOf(object)
    const good = lastGood.get(keyOf(object))
    lastGood.delete(keyOf(object))
    if (errors.length === 0 || good === undefined || errorsOf(good).length > 0) return object
    diagnostics.push(...errors)
    held++
    return good
  })
  if (!change.diagnostics.some(isError)) return { ...change, objects, diagnostics, held }
  // What cannot be read may have been any of the objects that are missing now.
  const resolve = change.resolve?.length ? change.resolve : before.resolve
  const missing = [...lastGood.values()]
  held += missing.length
  return { ...change, objects: [...objects, ...missing], diagnostics, held, ...(resolve && { resolve }) }
}

function errorsOf(object: KubernetesObject): Diagnostic[] {
  return validateObject(object)?.diagnostics.filter(isError) ?? []
}

function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === 'error'
}

/** The routing kind, if it has one, and the name; a Knative `Service` is not a Service. */
function keyOf(object: KubernetesObject): string {
  const { namespace, name } = object.metadata
  return `${routingKind(object) ?? ''} ${object.kind} ${namespace} ${name}`
}

/** The kind in a kind and name. */
export function kindOf(key: string): string {
  return key.split(' ')[1] ?? ''
}

function parseKey(key: string) {
  const [routing, , namespace = '', name = ''] = key.split(' ')
  return { kind: routing === '' ? undefined : (routing as WrittenObjects['kind']), namespace, name }
}
