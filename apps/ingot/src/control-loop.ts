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
  /** Hears of a change that could not be taken over, which is a bug; what is live stays live. */
  readonly onFailure: (error: unknown) => void
}

/**
 * The life of a changed manifest: source, objects, translate, compile, swap. Resolves when the source has ended;
 * what went live stays live.
 */
export async function runControlLoop(options: ControlLoopOptions): Promise<void> {
  const { source, state, upstreams, onLive, onFailure } = options
  const manifests = new ManifestSet()
  const names = new NameResolver(() => void swapEndpoints().catch(onFailure))
  let live: Generation | undefined

  for await (const changes of source) {
    for (const change of changes) manifests.apply(change)
    try {
      live = build(manifests, options, (live?.number ?? 0) + 1)
      await swapEndpoints()
      onLive(live)
    } catch (error) {
      onFailure(error)
    }
  }

  // Addresses change more often than routes, and need no compiling.
  async function swapEndpoints(): Promise<void> {
    if (live === undefined) return
    const { matcher, backends } = live
    const find = upstreams.update(await names.expand(backends))
    state.swap({ matcher, upstreams: target => find(target.backend) })
  }
}

function build(manifests: ManifestSet, options: ControlLoopOptions, number: number): Generation {
  const { matching } = options
  const resolve = [...options.resolve, ...manifests.resolve()]
  const translation = translate(manifests.objects(), { ...options.translate, resolve })
  const matcher = compile(translation.table, matching)
  // Reading and translating may both find fault with an object.
  const diagnostics = [...new Set([...manifests.diagnostics(), ...translation.diagnostics])]
  return { ...translation, matching, matcher, diagnostics, number }
}
