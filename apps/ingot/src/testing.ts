import { type KubernetesObject, kubernetesObject, readManifests } from '@ingot/kubernetes'
import { mismatch } from './cases/expectation.ts'
import { type RequestExplanation, type RequestToExplain, requestExplainer } from './explain/explain-request.ts'
import { formatExplanation } from './explain/format-explanation.ts'
import { parseRequest } from './explain/requests-file.ts'
import type { ViewProfile } from './profiles/view-profile.ts'
import { routingView } from './view/routing-view.ts'

export type { RequestToExplain } from './explain/explain-request.ts'

/** Ingresses, and whatever else matters: YAML or JSON text, one object, or a list of objects. */
export type Manifests = string | object | readonly object[]

/** How the manifests are looked at, as by the flags of `ingot test`. */
export interface IngressMatcherOptions {
  readonly profile?: ViewProfile
  readonly class?: readonly string[]
  readonly namespace?: readonly string[]
  readonly hostFallthrough?: 'none' | 'wildcard' | 'all'
  readonly missing?: 'auto' | 'complete' | 'elsewhere'
}

/** What Vitest and Jest want of a matcher. */
export interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/** The matchers as `expect` has them; see docs/routing-tests.md for how to tell TypeScript. */
export interface IngressMatchers<R = unknown> {
  /** The request is forwarded to a Service, written `[NAMESPACE/]SERVICE[:PORT]`. */
  toRoute(request: string | RequestToExplain, backend: string): R
  /** The request is answered by the proxy itself, with this status. */
  toAnswer(request: string | RequestToExplain, status: number): R
}

/**
 * Makes matchers for `expect.extend`, which Vitest and Jest share.
 */
export function createIngressMatchers(options: IngressMatcherOptions = {}) {
  const explain = explainerFor(options)
  return {
    toRoute: (manifests: Manifests, request: string | RequestToExplain, backend: string): MatcherResult =>
      judge(explain(manifests, request), { backend }, `reach ${backend}`),
    toAnswer: (manifests: Manifests, request: string | RequestToExplain, status: number): MatcherResult =>
      judge(explain(manifests, request), { status }, `be answered ${status}`),
  }
}

/** Matchers without options: `expect.extend(ingressMatchers)`. */
export const ingressMatchers = createIngressMatchers()

function judge(explanation: RequestExplanation, expected: Parameters<typeof mismatch>[1], what: string): MatcherResult {
  const why = mismatch(explanation, expected)
  const trail = formatExplanation(explanation)
  return {
    pass: why === undefined,
    message: () => `${explanation.url}: ${why ?? `expected it not to ${what}`}\n\n${trail}`,
  }
}

type Explain = (request: RequestToExplain) => RequestExplanation

/** Reading and translating is remembered for the manifests that were asked about last. */
function explainerFor(options: IngressMatcherOptions) {
  let last: { readonly manifests: Manifests; readonly explain: Explain } | undefined
  return (manifests: Manifests, request: string | RequestToExplain): RequestExplanation => {
    // Text cannot change, objects can.
    if (last === undefined || typeof manifests !== 'string' || last.manifests !== manifests) {
      last = { manifests, explain: requestExplainer(viewOf(manifests, options)) }
    }
    return last.explain(typeof request === 'string' ? parseRequest(request) : request)
  }
}

function viewOf(
  manifests: Manifests,
  { profile = 'ingot', class: classNames, namespace, ...rest }: IngressMatcherOptions,
) {
  const objects = objectsIn(manifests)
  if (objects.length === 0) throw new TypeError('There are no Kubernetes objects in what was given to expect().')
  return routingView({ objects, resolve: [] }, { profile, classNames, namespaces: namespace, ...rest })
}

function objectsIn(manifests: Manifests): readonly KubernetesObject[] {
  if (typeof manifests === 'string') return readManifests(manifests, { file: 'manifests' }).objects
  const list = Array.isArray(manifests) ? manifests : [manifests]
  return list.map(value => {
    const object = kubernetesObject(value)
    if (object === undefined) throw new TypeError('expect() was given something without apiVersion and kind.')
    return object
  })
}
