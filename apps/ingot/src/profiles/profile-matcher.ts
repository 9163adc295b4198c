import type { HostFallthrough } from '@ingot/core'
import {
  type Ingress,
  type IngressTarget,
  inOrder,
  type ProfileName,
  profiles,
  type Translation,
  writtenPaths,
} from '@ingot/kubernetes'
import { contourMatcher } from './contour.ts'
import { haproxyIngressMatcher } from './haproxy-ingress.ts'
import type { ProfileInput, ProfileMatcher } from './host-rules.ts'
import { ingotMatcher } from './ingot.ts'
import { ingressNginxMatcher } from './ingress-nginx.ts'
import { traefikMatcher } from './traefik.ts'

const matchers: Readonly<Record<ProfileName, (input: ProfileInput) => ProfileMatcher>> = {
  ingot: ingotMatcher,
  'ingress-nginx': ingressNginxMatcher,
  'haproxy-ingress': haproxyIngressMatcher,
  traefik: traefikMatcher,
  contour: contourMatcher,
}

/** How a controller would route what was translated with the options of its profile. */
export function profileMatcher(
  profile: ProfileName,
  translation: Translation,
  hostFallthrough: HostFallthrough = profiles[profile].hostFallthrough,
): ProfileMatcher {
  return matchers[profile]({ ...inputOf(profile, translation), hostFallthrough })
}

function inputOf(
  profile: ProfileName,
  { ingresses, table, backends }: Translation,
): Omit<ProfileInput, 'hostFallthrough'> {
  const fallbacks = table.routes.filter(({ fallback }) => fallback === true)
  const options = profiles[profile].translate
  // The table knows more of a target than the Ingress: whether it is closed for its annotations (semantics 12.4).
  const targets = new Map(table.routes.map(({ target }) => [placeOf(target), target]))
  const owned = ingresses.filter(({ decision }) => decision.owned)
  return {
    paths: writtenPaths(owned, options).map(path => ({
      ...path,
      target: targets.get(placeOf(path.target)) ?? path.target,
    })),
    hostDefaults: new Map(fallbacks.map(({ host, target }) => [host, target])),
    defaultTarget: table.defaultTarget,
    firstIngress: firstByHost(
      inOrder(
        owned.map(({ ingress }) => ingress),
        options,
      ),
    ),
    isMissing: target => {
      const problem = backends.get(target.backend)?.unavailable
      return problem === 'no-service' || problem === 'no-port'
    },
  }
}

function firstByHost(ordered: readonly Ingress[]): Map<string | undefined, Ingress> {
  const first = new Map<string | undefined, Ingress>()
  for (const ingress of ordered) {
    for (const { host, hasPaths } of ingress.rules) {
      // A rule with neither host nor paths does nothing (semantics 4.9).
      if (!first.has(host) && (host !== undefined || hasPaths)) first.set(host, ingress)
    }
  }
  return first
}

function placeOf({ ingress, rule, path }: IngressTarget): string {
  return `${ingress?.namespace}/${ingress?.name} ${rule} ${path}`
}
