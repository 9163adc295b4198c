import { type Diagnostic, formatName, type KubernetesObject, validateObject } from '@ingot/kubernetes'
import type { ResolveEntry } from './resolve-entries.ts'
import type { SourceChange } from './sources/source.ts'

/**
 * What all origins hold now. An object that turns invalid keeps its last good version, as it would in a cluster, where
 * the API server refuses the change; so does everything in a file that cannot be read any more.
 */
export class ManifestSet {
  readonly #origins = new Map<string, Origin>()
  /** Every origin by name, until one comes or goes. */
  #names: readonly string[] | undefined

  /**
   * Takes over what one origin holds now, and returns the kinds of objects that this may have changed; `undefined` if
   * nothing changed that anybody asks for.
   */
  apply(change: SourceChange): Set<string> | undefined {
    const before = this.#origins.get(change.origin)
    this.#replace(before, change)
    const after = this.#origins.get(change.origin)
    if ((before === undefined) !== (after === undefined)) this.#names = undefined
    if (before !== undefined && after !== undefined && isOnlyStatus(before, after)) return undefined
    return new Set([...(before?.objects ?? []), ...(after?.objects ?? [])].map(({ kind }) => kind))
  }

  #replace(before: Origin | undefined, change: SourceChange): void {
    if (change.objects.length === 0 && change.diagnostics.length === 0 && change.resolve === undefined) {
      this.#origins.delete(change.origin)
    } else {
      this.#origins.set(change.origin, before === undefined ? { ...change, held: 0 } : keepLastGood(before, change))
    }
  }

  objects(): KubernetesObject[] {
    return this.#inOrder().flatMap(origin => origin.objects)
  }

  /** What could not be read, and what is not served in its newest version. */
  diagnostics(): Diagnostic[] {
    return this.#inOrder().flatMap(origin => origin.diagnostics)
  }

  /** How many objects are kept in an older version because the newest cannot be served, or read. */
  held(): number {
    return this.#inOrder().reduce((sum, { held }) => sum + held, 0)
  }

  resolve(): ResolveEntry[] {
    return this.#inOrder().flatMap(origin => origin.resolve ?? [])
  }

  /** By name, so that the outcome does not depend on the order in which files changed. */
  #inOrder(): Origin[] {
    this.#names ??= [...this.#origins.keys()].sort()
    return this.#names.map(name => this.#origins.get(name)!)
  }
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

function keyOf(object: KubernetesObject): string {
  return `${object.kind} ${formatName(object.metadata)}`
}
