import type { HostFallthrough } from '@ingot/core'
import {
  type Diagnostic,
  type KubernetesObject,
  type ProfileName,
  profiles,
  type TranslateOptions,
  type Translation,
  translate,
} from '@ingot/kubernetes'
import { assumeBackends, assumptionsFor, type MissingObjects } from './assume-backends.ts'
import { profileMatcher } from './profiles/profile-matcher.ts'
import type { Inputs } from './read-inputs.ts'
import type { ResolveEntry } from './resolve-entries.ts'
import type { RoutingPicture } from './routing-picture.ts'

/** How manifests are looked at. */
export interface ViewOptions {
  readonly profile: ProfileName
  readonly hostFallthrough?: HostFallthrough | undefined
  /** Only Ingresses of these classes, whatever controller the classes name. */
  readonly classNames?: readonly string[] | undefined
  /** Take the classes of every controller. Default: only those of the profile's. */
  readonly anyController?: boolean
  readonly namespaces?: readonly string[] | undefined
  readonly resolve?: readonly ResolveEntry[]
  readonly missing?: MissingObjects
}

/** What some controller makes of some manifests. */
export interface RoutingView extends RoutingPicture {
  readonly translation: Translation
  readonly objects: readonly KubernetesObject[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Translates manifests as one controller would read them. */
export function routingView(inputs: Pick<Inputs, 'objects' | 'resolve'>, options: ViewOptions): RoutingView {
  const resolve = [...(options.resolve ?? []), ...inputs.resolve]
  const assumptions = assumptionsFor(options.missing ?? 'auto', inputs.objects, resolve.length > 0)
  const translation = translate(inputs.objects, {
    ...translateOptions(options),
    resolve,
    expectEndpoints: !assumptions.endpoints,
  })
  const { backends, diagnostics } = assumeBackends(translation, assumptions, inputs.objects)
  const hostFallthrough = options.hostFallthrough ?? profiles[options.profile].hostFallthrough
  const { objects } = inputs
  const view = { ...translation, translation, objects, backends, diagnostics, matching: { hostFallthrough } }
  if (profiles[options.profile].complete) return view
  return { ...view, profile: profileMatcher(options.profile, { ...translation, backends }, hostFallthrough) }
}

function translateOptions({ profile, classNames, namespaces, anyController }: ViewOptions): TranslateOptions {
  return {
    ...profiles[profile].translate,
    controller: profiles[profile].controller,
    headlessDns: { clusterDomain: 'cluster.local' },
    ...(anyController === true && { anyController }),
    ...(classNames !== undefined && { classNames, classByName: true, anyController: true }),
    ...(namespaces !== undefined && { namespaces }),
  }
}
