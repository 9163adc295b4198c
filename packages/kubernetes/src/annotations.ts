import { type AnnotationProfile, asksOf } from './annotations/apply.ts'
import { type Diagnostic, diagnose } from './diagnostic.ts'
import type { DiagnosticCode } from './diagnostic-codes.ts'
import { describeIngress } from './ingress-target.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import type { Ingress } from './schema/ingress.ts'

/** Prefixes of the annotations that other controllers read on an Ingress. */
const otherControllers: Readonly<Record<string, string>> = {
  'nginx.ingress.kubernetes.io/': 'ingress-nginx',
  'ingress.kubernetes.io/': 'older ingress controllers',
  'nginx.org/': 'NGINX Ingress Controller',
  'nginx.com/': 'NGINX Ingress Controller',
  'custom.nginx.org/': 'NGINX Ingress Controller',
  'haproxy.org/': 'HAProxy Ingress Controller',
  'haproxy-ingress.github.io/': 'HAProxy Ingress',
  'traefik.ingress.kubernetes.io/': 'Traefik',
  'traefik.frontend.rule.type': 'Traefik 1',
  'projectcontour.io/': 'Contour',
  'konghq.com/': 'Kong',
  'alb.ingress.kubernetes.io/': 'AWS Load Balancer Controller',
  'appgw.ingress.kubernetes.io/': 'Azure Application Gateway',
  'networking.gke.io/': 'GKE Ingress',
  'kubernetes.io/ingress.global-static-ip-name': 'GKE Ingress',
  'kubernetes.io/ingress.allow-http': 'GKE Ingress',
}

/** What follows the prefix in annotations that keep somebody out. */
const restricting =
  /^(?:auth-|whitelist-source-range|denylist-source-range|allowlist-source-range|allow-list|deny-list|whitelist|blacklist|limit-|rate-limit|enable-modsecurity|modsecurity-|enable-owasp|satisfy|enable-global-auth|global-auth|global-rate-limit|proxy-ssl-|secure-verify-ca|denylist|allowlist|oauth|oidc|router\.middlewares|basic-auth|jwt-|policies|plugins|client-cert|wafv2-acl|shield-|inbound-cidrs)/

/** What follows the prefix in annotations that send requests elsewhere, or change them on the way. */
const routing =
  /^(?:canary|rewrite|use-regex|app-root|server-alias|default-backend|custom-http-errors|backend-protocol|upstream-vhost|service-upstream|permanent-redirect|temporal-redirect|ssl-passthrough|path-type|path-rewrite|strip-path|router\.pathmatcher|router\.priority|conditions\.|actions\.|headers-regex|methods|path-regex|mergeable-ingress-type|server-snippet|backend-path-prefix)/

/** What follows the prefix in annotations that are raw configuration. */
const snippet = /(?:^|-)(?:snippet|snippets|template|config-backend|config-frontend|config-global)$|-template$/

/** What may be ignored although it keeps somebody out elsewhere. */
export interface AnnotationOptions extends AnnotationProfile {
  /**
   * Annotations that ask for security in another controller and may be ignored: full names, or all of them. Default: none,
   * so that an Ingress that has one is answered 503 (semantics 12.4).
   */
  readonly acceptedAnnotations?: 'all' | readonly string[]
}

/** Says which annotations of other controllers are ignored, and which of those were there for safety. */
export function lintAnnotations(ingress: Ingress, options: AnnotationOptions = {}): Diagnostic[] {
  const closing = new Set(closingAnnotations(ingress, options))
  const asks = asksOf(ingress, options)
  // A canary takes everything else from the Ingress that it is for.
  if (asks?.isVariant === true) return []
  const refused = (key: string) => {
    const refusal = closing.has(key) ? asks?.refusals.get(key) : undefined
    const place = { object: ingress.object, field: ['metadata', 'annotations', key] }
    return refusal && diagnose(refusal.code, place, refusal.message)
  }
  return Object.keys(ingress.metadata.annotations).flatMap(key => {
    const prefix = prefixOf(key)
    return prefix === undefined || asks?.honoured.has(key) === true
      ? []
      : [refused(key) ?? describe(ingress.object, key, prefix, closing.has(key))]
  })
}

/** The annotations of an Ingress that ask for security, mean nothing here, and were not accepted by the operator. */
export function closingAnnotations(ingress: Ingress, options: AnnotationOptions): string[] {
  const { acceptedAnnotations } = options
  if (acceptedAnnotations === 'all') return []
  const honoured = asksOf(ingress, options)?.honoured
  return Object.entries(ingress.metadata.annotations)
    .filter(([key, value]) => asksForSecurity(key, value) && !acceptedAnnotations?.includes(key) && !honoured?.has(key))
    .map(([key]) => key)
}

/** An annotation without a value, or that switches something off, asks for nothing. */
function asksForSecurity(key: string, value: string): boolean {
  const prefix = prefixOf(key)
  if (prefix === undefined || !restricting.test(key.slice(prefix.length))) return false
  return !['', 'false', 'off'].includes(value.trim().toLowerCase())
}

function prefixOf(key: string): string | undefined {
  return Object.keys(otherControllers).find(candidate => key.startsWith(candidate))
}

function describe(object: KubernetesObject, key: string, prefix: string, closes: boolean): Diagnostic {
  const name = key.slice(prefix.length)
  const code: DiagnosticCode = closes
    ? 'unsupported-security-annotation'
    : snippet.test(name)
      ? 'snippet-annotation'
      : restricting.test(name)
        ? 'security-annotation-ignored'
        : routing.test(name)
          ? 'routing-annotation-ignored'
          : 'unsupported-annotation'
  const what = {
    'unsupported-security-annotation':
      'controls who may send requests or how, which is not supported here, so requests are answered 503',
    'snippet-annotation': 'inserts raw configuration, and is ignored here',
    'security-annotation-ignored': 'controls who may send requests or how, and is ignored here',
    'routing-annotation-ignored': 'changes where requests go or what they ask for, and is ignored here',
    'unsupported-annotation': 'has no effect here',
  }[code]
  const message = `The annotation ${key} of ${describeIngress(object.metadata)} is for ${otherControllers[prefix]}; it ${what}.`
  return diagnose(code, { object, field: ['metadata', 'annotations', key] }, message)
}
