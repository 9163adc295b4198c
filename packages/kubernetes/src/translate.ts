import type { KubernetesObject } from './kubernetes-object.ts'
import { ObjectStore } from './object-store.ts'
import type { Translation } from './translation.ts'
import { type TranslateOptions, Translator } from './translator.ts'

export type { DecidedIngress, Translation, TranslationCounts } from './translation.ts'
export type { TranslateOptions } from './translator.ts'

/** Kubernetes objects to routes and backends. Never throws on what the objects hold: that becomes diagnostics. */
export function translate(
  objects: Iterable<KubernetesObject> | ObjectStore,
  options: TranslateOptions = {},
): Translation {
  const store = objects instanceof ObjectStore ? objects : ObjectStore.of(objects)
  return new Translator(options).update(store.written())
}
