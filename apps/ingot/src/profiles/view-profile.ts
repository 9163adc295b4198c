import type { ProfileName, TranslateOptions } from '@ingot/kubernetes'

/** What `ingot serve --profile ingress-nginx` does: the rules of Ingot, with some ways of ingress-nginx. */
const SERVED_AS_NGINX = 'ingot:ingress-nginx'

/** Whose behaviour is shown: that of a controller, or of Ingot with a profile of `ingot serve`. */
export type ViewProfile = ProfileName | typeof SERVED_AS_NGINX

/** The controller whose rules decide. */
export function rulesOf(profile: ViewProfile): ProfileName {
  return profile === SERVED_AS_NGINX ? 'ingot' : profile
}

/** What `ingot serve` changes for a profile. */
export function servedWays(profile: ViewProfile): TranslateOptions {
  return profile === SERVED_AS_NGINX ? nginxWays : {}
}

/** The ways of ingress-nginx that Ingot can take on: annotations, ties (semantics 5.1), target ports (9.2). */
export const nginxWays: TranslateOptions = { ties: 'descending', acceptTargetPort: true, annotations: 'ingress-nginx' }
