import type { MatcherOptions, PathOptions } from '@ingot/core'
import {
  type Diagnostic,
  type KubernetesObject,
  type TlsConfiguration,
  type TranslateOptions,
  translate,
} from '@ingot/kubernetes'
import type { CertificateConfiguration } from '@ingot/proxy'
import { ClassParameters } from './cluster/class-parameters.ts'
import type { RoutePolicies } from './configuration/route-policies.ts'
import type { DataPlane } from './data-plane/data-plane.ts'
import { liveBackends, liveRoutes, sameLiveTarget } from './live-routes.ts'
import { ManifestSet } from './manifest-set.ts'
import type { ResolveEntry } from './resolve-entries.ts'
import { NameResolver } from './resolve-names.ts'
import type { RoutingPicture } from './routing-picture.ts'
import type { Source } from './sources/source.ts'

/** One configuration that has gone live, for whoever shows or counts it. */
export interface Generation extends RoutingPicture {
  /** Counts from 1. */
  readonly number: number
  readonly diagnostics: readonly Diagnostic[]
  /** Objects that are served in an older version because the newest cannot be. */
  readonly held: number
}

/** Says which certificates there are. */
export interface CertificateSource {
  /** By what Ingresses ask for and Secrets hold; `undefined` where nobody listens for TLS. */
  update(tls: TlsConfiguration, secrets: Iterable<KubernetesObject>): Promise<CertificateConfiguration | undefined>
}

export interface ControlLoopOptions {
  readonly source: Source
  readonly dataPlane: Pick<DataPlane, 'apply'>
  readonly certificates: CertificateSource
  readonly policies: RoutePolicies
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
  const { source, dataPlane, policies, onLive, onFailure } = options
  const manifests = new ManifestSet()
  const parameters = new ClassParameters(options.translate.controller)
  const names = new NameResolver(() => void applyBackends().catch(onFailure))
  let live: Generation | undefined

  for await (const changes of source) {
    const changed = changes.flatMap(change => manifests.apply(change) ?? [])
    // What we write into statuses comes back as a change, and changes nothing.
    if (changed.length === 0 && live !== undefined) continue
    const kinds = new Set(changed.flatMap(some => [...some]))
    try {
      const { tls, ...next } = build(manifests, parameters, options, (live?.number ?? 0) + 1)
      // Addresses change more often than routes, and need no compiling.
      const onlyAddresses = live !== undefined && isOnlyAddresses(kinds)
      await dataPlane.apply({
        ...(!onlyAddresses && {
          routes: liveRoutes(next, policies),
          ...(await certificatesFor(tls, manifests, options)),
        }),
        backends: liveBackends(await names.expand(next.backends), policies),
      })
      live = next
      onLive(live)
    } catch (error) {
      onFailure(error)
    }
  }

  /** Only the endpoints, when a name leads elsewhere than before. */
  async function applyBackends(): Promise<void> {
    if (live === undefined) return
    await dataPlane.apply({ backends: liveBackends(await names.expand(live.backends), policies) })
  }
}

/** What a changed Service or EndpointSlice says is only where requests end, not which route takes them. */
function isOnlyAddresses(kinds: ReadonlySet<string>): boolean {
  return kinds.size > 0 && [...kinds].every(kind => kind === 'Service' || kind === 'EndpointSlice')
}

function build(manifests: ManifestSet, parameters: ClassParameters, options: ControlLoopOptions, number: number) {
  const { matching, policies } = options
  const resolve = [...options.resolve, ...manifests.resolve()]
  const objects = manifests.objects()
  const translation = translate(objects, { ...options.translate, resolve })
  const classes = parameters.read(objects)
  policies.setClasses(classes.routes, translation.ingresses)
  // Reading and translating may both find fault with an object.
  const diagnostics = [...new Set([...manifests.diagnostics(), ...translation.diagnostics, ...classes.diagnostics])]
  const sameTarget = sameLiveTarget(translation, options.policies)
  return { ...translation, matching, sameTarget, diagnostics, number, held: manifests.held() }
}

async function certificatesFor(tls: TlsConfiguration, manifests: ManifestSet, options: ControlLoopOptions) {
  const secrets = manifests.objects().filter(({ kind }) => kind === 'Secret')
  const certificates = await options.certificates.update(tls, secrets)
  return certificates === undefined ? {} : { certificates }
}
