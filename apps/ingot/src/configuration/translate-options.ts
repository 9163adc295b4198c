import type { MatcherOptions, PathOptions } from '@ingot/core'
import type { TranslateOptions } from '@ingot/kubernetes'
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
  const { classes, controller, namespaces, clusterDomain, externalNames, hostOwnership, sliceManagers } = kubernetes
  const followsNginx = kubernetes.profile === 'ingress-nginx'
  return {
    path: matchingOptions(configuration),
    mode: cluster.enabled ? 'cluster' : 'files',
    watchWithoutClass: kubernetes.withoutClass,
    headlessDns: { clusterDomain },
    defaultBackendScope: kubernetes.defaultBackendScope,
    allowGlobalDefaultBackend: kubernetes.globalDefaultBackend,
    ties: followsNginx ? 'descending' : kubernetes.ties,
    acceptTargetPort: followsNginx || kubernetes.acceptTargetPort,
    ...(followsNginx && { annotations: 'ingress-nginx' }),
    // Without a cluster nobody says which IngressClasses there are besides those in the files.
    ...(classes !== undefined && { classNames: classes, classByName: !cluster.enabled }),
    ...(controller !== undefined && { controller }),
    ...(namespaces !== undefined && { namespaces }),
    ...(externalNames !== undefined && { externalName: { allow: externalNames } }),
    ...(hostOwnership !== undefined && { hostOwnership }),
    ...(kubernetes.defaultBackend !== undefined && { controllerDefault: kubernetes.defaultBackend }),
    ...(kubernetes.acceptedAnnotations !== undefined && { acceptedAnnotations: kubernetes.acceptedAnnotations }),
    ...(sliceManagers !== undefined && { sliceManagers }),
  }
}
