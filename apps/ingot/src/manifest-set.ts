import { type Diagnostic, formatName, type KubernetesObject, validateObject } from '@ingot/kubernetes'
import type { ResolveEntry } from './resolve-entries.ts'
import type { SourceChange } from './sources/source.ts'

/**
 * What all origins hold now. An object that turns invalid keeps its last good version, as it would in a cluster, where
 * the API server refuses the change; so does everything in a file that cannot be read any more.
 */
export class ManifestSet {
  readonly #origins = new Map<string, SourceChange>()

  apply(change: SourceChange): void {
    const before = this.#origins.get(change.origin)
    if (change.objects.length === 0 && change.diagnostics.length === 0 && change.resolve === undefined) {
      this.#origins.delete(change.origin)
    } else {
      this.#origins.set(change.origin, before === undefined ? change : keepLastGood(before, change))
    }
  }

  objects(): KubernetesObject[] {
    return this.#inOrder().flatMap(origin => origin.objects)
  }

  /** What could not be read, and what is not served in its newest version. */
  diagnostics(): Diagnostic[] {
    return this.#inOrder().flatMap(origin => origin.diagnostics)
  }

  resolve(): ResolveEntry[] {
    return this.#inOrder().flatMap(origin => origin.resolve ?? [])
  }

  /** By name, so that the outcome does not depend on the order in which files changed. */
  #inOrder(): SourceChange[] {
    return [...this.#origins.values()].sort((a, b) => (a.origin < b.origin ? -1 : 1))
  }
}

function keepLastGood(before: SourceChange, change: SourceChange): SourceChange {
  const lastGood = new Map(before.objects.map(object => [keyOf(object), object]))
  const diagnostics = [...change.diagnostics]
  const objects = change.objects.map(object => {
    const errors = errorsOf(object)
    const good = lastGood.get(keyOf(object))
    lastGood.delete(keyOf(object))
    if (errors.length === 0 || good === undefined || errorsOf(good).length > 0) return object
    diagnostics.push(...errors)
    return good
  })
  if (!change.diagnostics.some(isError)) return { ...change, objects, diagnostics }
  // What cannot be read may have been any of the objects that are missing now.
  const resolve = change.resolve?.length ? change.resolve : before.resolve
  return { ...change, objects: [...objects, ...lastGood.values()], diagnostics, ...(resolve && { resolve }) }
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
