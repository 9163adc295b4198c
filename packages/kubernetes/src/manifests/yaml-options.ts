import type { DocumentOptions, ParseOptions, SchemaOptions, ToJSOptions } from 'yaml'

/** Scalars that Kubernetes' reader leaves as text although YAML 1.1 gives them a type. */
const textInKubernetes = /:(?:timestamp|binary|omap|pairs|set)$/

/**
 * YAML as Kubernetes reads it: version 1.1 (`yes` and `on` are true, `014` is twelve, `<<` merges), without dates,
 * base-60 numbers and binaries.
 */
export const yamlOptions: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: 'yaml-1.1',
  merge: true,
  prettyErrors: false,
  logLevel: 'error',
  customTags: tags =>
    tags.filter(tag => typeof tag === 'string' || !(tag.format === 'TIME' || textInKubernetes.test(tag.tag))),
}

/** More alias uses than any hand-written file has, and few enough to be walked in milliseconds. */
export const toJsOptions: ToJSOptions = { maxAliasCount: 10_000 }
