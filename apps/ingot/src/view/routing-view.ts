import type { HostFallthrough, MatcherOptions, PathOptions } from '@ingot/core'
import {
  type Diagnostic,
  type KubernetesObject,
  profiles,
  type TranslateOptions,
  type Translation,
  translate,
} from '@ingot/kubernetes'
import { profileMatcher } from '../profiles/profile-matcher.ts'
import { rulesOfPicture } from '../profiles/served-rules.ts'
import { rulesOf, servedWays, type ViewProfile } from '../profiles/view-profile.ts'
import type { ResolveEntry } from '../resolve-entries.ts'
import { assumeBackends, assumptionsFor, type MissingObjects } from './assume-backends.ts'
import type { Inputs } from './read-inputs.ts'
import type { RoutingPicture } from './routing-picture.ts'

/** How manifests are looked at. */
export interface ViewOptions {
  readonly profile: ViewProfile
  /** What a configuration of `ingot serve` says; the other options come before it. Other controllers have no such thing. */
  readonly configured?: ConfiguredRouting | undefined
  /** Annotations that ask another controller for security and may be ignored (semantics 12.4). */
  readonly acceptedAnnotations?: readonly string[] | undefined
  readonly hostFallthrough?: HostFallthrough | undefined
  /** Only Ingresses of these classes, whatever controller the classes name. */
  readonly classNames?: readonly string[] | undefined
  /** Take the classes of every controller. Default: only those of the profile's. */
  readonly anyController?: boolean
  readonly namespaces?: readonly string[] | undefined
  readonly resolve?: readonly ResolveEntry[]
  readonly missing?: MissingObjects
}

/** The part of a configuration that decides where requests go. */
interface ConfiguredRouting {
  readonly translate: TranslateOptions
  readonly matching: MatcherOptions & PathOptions
  readonly affinityOf?: NonNullable<RoutingPicture['affinityOf']>
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
  const profile = rulesOf(options.profile)
  const { configured } = options
  const matching = {
    hostFallthrough: profiles[profile].hostFallthrough,
    ...(profile === 'ingot' && configured?.matching),
    ...(options.hostFallthrough !== undefined && { hostFallthrough: options.hostFallthrough }),
  }
  const { objects } = inputs
  const affinityOf = profile === 'ingot' ? configured?.affinityOf : undefined
  const view = {
    ...translation,
    translation,
    objects,
    backends,
    diagnostics,
    matching,
    ...(affinityOf && { affinityOf }),
  }
  if (profiles[profile].complete) {
    const rules = rulesOfPicture(view)
    return rules === undefined ? view : { ...view, profile: rules }
  }
  return { ...view, profile: profileMatcher(profile, { ...translation, backends }, matching.hostFallthrough) }
}

function translateOptions(options: ViewOptions): TranslateOptions {
  const { classNames, namespaces, anyController } = options
  const profile = rulesOf(options.profile)
  return {
    ...profiles[profile].translate,
    controller: profiles[profile].controller,
    headlessDns: { clusterDomain: 'cluster.local' },
    ...(profile === 'ingot' && options.configured?.translate),
    ...servedWays(options.profile),
    ...annotationOptions(options),
    ...(anyController === true && { anyController }),
    ...(classNames !== undefined && { classNames, classByName: true, anyController: true }),
    ...(namespaces !== undefined && { namespaces }),
  }
}

/** Every controller knows its own annotations; what it does with those of others is beside the point. */
function annotationOptions({ profile, acceptedAnnotations }: ViewOptions): TranslateOptions {
  if (rulesOf(profile) !== 'ingot') return { acceptedAnnotations: 'all' }
  if (acceptedAnnotations === undefined) return {}
  return { acceptedAnnotations: acceptedAnnotations.includes('all') ? 'all' : acceptedAnnotations }
}
