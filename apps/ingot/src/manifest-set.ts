import type { Diagnostic, KubernetesObject } from '@ingot/kubernetes'
import type { ResolveEntry } from './resolve-entries.ts'
import type { SourceChange } from './sources/source.ts'

/**
 * What all origins hold now. An object that turns invalid keeps its last good version, as it would in a cluster,
 * where the API server refuses the change; so does everything in a file that cannot be read any more.
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
  const errors = change.diagnostics.filter(diagnostic => diagnostic.severity === 'error')
  if (errors.length === 0) return change
  const invalid = new Set(errors.flatMap(error => (error.object === undefined ? [] : objectKey(error.object))))
  // An error that names no object may hide any of them.
  const unknown = errors.some(error => error.object === undefined)
  const present = new Set(change.objects.map(object => keyOf(object)))
  const kept = before.objects.filter(object => {
    const key = keyOf(object)
    return invalid.has(key) || (unknown && !present.has(key))
  })
  const keptKeys = new Set(kept.map(keyOf))
  return {
    ...change,
    objects: [...kept, ...change.objects.filter(object => !keptKeys.has(keyOf(object)))],
    ...(unknown && before.resolve !== undefined && { resolve: before.resolve }),
  }
}

function keyOf(object: KubernetesObject): string {
  return objectKey({ kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name })
}

function objectKey(object: { kind: string; namespace?: string | undefined; name: string }): string {
  return `${object.kind}/${object.namespace ?? ''}/${object.name}`
}
