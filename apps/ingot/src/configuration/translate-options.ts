import type { MatcherOptions, PathOptions } from '@ingot/core'
import type { TranslateOptions } from '@ingot/kubernetes'
import { nginxWays } from '../profiles/view-profile.ts'
import type { Configuration } from './schema.ts'

/** How requests are matched, by the configuration. */
export function matchingOptions({ matching }: Configuration): MatcherOptions & PathOptions {
  const { hostFallthrough, emptySegments, encodedSlash, aboveRoot, maxPathLength, maxPathElements } = matching
  const limits = { maxLength: maxPathLength, maxElements: maxPathElements }
  return { hostFallthrough, emptySegments, encodedSlash, aboveRoot, ...limits }
}

/** How objects are understood, by the configuration. */
export function translateOptions(configuration: Configuration): TranslateOptions {
  const { kubernetes, cluster } = configuration
  const { authUrls } = kubernetes
  const { classes, controller, namespaces, clusterDomain, externalNames, hostOwnership, sliceManagers } = kubernetes
  return {
    path: matchingOptions(configuration),
    mode: cluster.enabled ? 'cluster' : 'files',
    watchWithoutClass: kubernetes.withoutClass,
    headlessDns: { clusterDomain },
    defaultBackendScope: kubernetes.defaultBackendScope,
    allowGlobalDefaultBackend: kubernetes.globalDefaultBackend,
    ties: kubernetes.ties,
    acceptTargetPort: kubernetes.acceptTargetPort,
    ...(kubernetes.profile === 'ingress-nginx' && nginxWays),
    // Without a cluster nobody says which IngressClasses there are besides those in the files.
    ...(classes !== undefined && { classNames: classes, classByName: !cluster.enabled }),
    ...(controller !== undefined && { controller }),
    ...(namespaces !== undefined && { namespaces }),
    ...(externalNames !== undefined && { externalName: { allow: externalNames } }),
    ...(hostOwnership !== undefined && { hostOwnership }),
    ...(kubernetes.defaultBackend !== undefined && { controllerDefault: kubernetes.defaultBackend }),
    ...(kubernetes.acceptedAnnotations !== undefined && { acceptedAnnotations: kubernetes.acceptedAnnotations }),
    ...(authUrls.length > 0 && { authUrls }),
    ...(sliceManagers !== undefined && { sliceManagers }),
  }
}
