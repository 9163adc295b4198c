import { compile, type Matcher, type MatcherOptions, type PathOptions } from '@ingot/core'
import {
  type BackendId,
  type Diagnostic,
  type IngressTarget,
  type TranslateOptions,
  translate,
} from '@ingot/kubernetes'
import type { RoutingState, UpstreamRegistry } from '@ingot/proxy'
import { ManifestSet } from './manifest-set.ts'
import type { ResolveEntry } from './resolve-entries.ts'
import { NameResolver } from './resolve-names.ts'
import type { RoutingPicture } from './routing-picture.ts'
import type { Source } from './sources/source.ts'

/** One configuration that has gone live, for whoever shows or counts it. */
export interface Generation extends RoutingPicture {
  /** Counts from 1. */
  readonly number: number
  readonly matcher: Matcher<IngressTarget>
  readonly diagnostics: readonly Diagnostic[]
}

export interface ControlLoopOptions {
  readonly source: Source
  readonly state: RoutingState<IngressTarget>
  readonly upstreams: UpstreamRegistry<BackendId>
  readonly translate: TranslateOptions
  readonly matching: MatcherOptions & PathOptions
  /** Where Services are to be found, whatever files say. */
  readonly resolve: readonly ResolveEntry[]
  readonly onLive: (generation: Generation) => void
}

/**
 * The life of a changed manifest: source, objects, translate, compile, swap. Resolves when the source has ended;
 * what went live stays live.
 */
export async function runControlLoop(options: ControlLoopOptions): Promise<void> {
  const { source, state, upstreams, matching, onLive } = options
  const manifests = new ManifestSet()
  const names = new NameResolver(() => void swapEndpoints())
  let live: Generation | undefined

  for await (const changes of source) {
    for (const change of changes) manifests.apply(change)
    const resolve = [...options.resolve, ...manifests.resolve()]
    const translation = translate(manifests.objects(), { ...options.translate, resolve })
    const matcher = compile(translation.table, matching)
    const diagnostics = unique([...manifests.diagnostics(), ...translation.diagnostics])
    const generation = { ...translation, matching, matcher, diagnostics, number: (live?.number ?? 0) + 1 }
    live = generation
    await swapEndpoints()
    onLive(generation)
  }

  // Addresses change more often than routes, and need no compiling.
  async function swapEndpoints(): Promise<void> {
    if (live === undefined) return
    const { matcher, backends } = live
    const find = upstreams.update(await names.expand(backends))
    state.swap({ matcher, upstreams: target => find(target.backend) })
  }
}

/** The same finding may come from reading an object and from translating it. */
function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Set(diagnostics)]
}
