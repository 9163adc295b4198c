import type { HostFallthrough } from '@ingot/core'
import { DEFAULT_CONTROLLER } from './ingress-class.ts'
import type { TranslateOptions } from './translator.ts'

/** How a controller reads Ingresses, as far as options of this package and of the matcher can say it. */
export interface Profile {
  /** What `spec.controller` of its IngressClasses says. */
  readonly controller: string
  /** Other controllers may well know annotations that are unsupported here, so with them nothing fails closed. */
  readonly translate: Pick<
    TranslateOptions,
    'ties' | 'defaultBackendScope' | 'acceptTargetPort' | 'acceptedAnnotations'
  >
  /** Where a request goes whose host has no route for its path (semantics 3.2). */
  readonly hostFallthrough: HostFallthrough
  /**
   * Whether `translate` and `hostFallthrough` say everything. Otherwise the controller also compares paths in its own way
   * (semantics 7.5-7.10), which needs a matcher of its own.
   */
  readonly complete: boolean
}

/** The controllers whose behaviour can be compared. */
export type ProfileName = 'ingot' | 'ingress-nginx' | 'haproxy-ingress' | 'traefik' | 'contour'

/** Every profile (semantics 3.2, 4.3, 5.1, 9.2, 10.1). */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  ingot: { controller: DEFAULT_CONTROLLER, translate: {}, hostFallthrough: 'none', complete: true },
  'ingress-nginx': {
    controller: 'k8s.io/ingress-nginx',
    // Of two Ingresses of the same age, the one with the larger name wins (semantics 5.1).
    translate: { ties: 'descending', acceptTargetPort: true, acceptedAnnotations: 'all' },
    hostFallthrough: 'none',
    complete: false,
  },
  'haproxy-ingress': {
    controller: 'haproxy-ingress.github.io/controller',
    translate: { defaultBackendScope: 'global', acceptedAnnotations: 'all' },
    hostFallthrough: 'wildcard',
    complete: false,
  },
  traefik: {
    controller: 'traefik.io/ingress-controller',
    translate: { acceptedAnnotations: 'all' },
    hostFallthrough: 'all',
    complete: false,
  },
  contour: {
    controller: 'projectcontour.io/ingress-controller',
    translate: { defaultBackendScope: 'global', acceptedAnnotations: 'all' },
    hostFallthrough: 'none',
    complete: false,
  },
}
