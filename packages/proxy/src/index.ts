export { answerClientError } from './client-error.ts'
export type { RequestRecord } from './exchange.ts'
export type { FailureCode, RequestFailure } from './failure.ts'
export { createProxyHandler, type FixedRouting, type ProxyHandler, type ProxyOptions } from './handler.ts'
export type { PickContext, Policy, PolicyName } from './policies.ts'
export type { HeadLimits } from './request-head.ts'
export type { RequestTarget } from './request-target.ts'
export { type Routing, RoutingState } from './routing-state.ts'
export { attachProxy, serverOptions } from './server.ts'
export type {
  RawHeaders,
  ResponseReceiver,
  Transport,
  TransportCall,
  TransportError,
  TransportTimeouts,
  UpstreamRequest,
} from './transport.ts'
export { UndiciTransport, type UndiciTransportOptions } from './undici-transport.ts'
export { Endpoint, type UnavailableReason, Upstream } from './upstream.ts'
export {
  type BackendDescription,
  type BackendProtocol,
  type EndpointAddress,
  type RegistryOptions,
  UpstreamRegistry,
} from './upstream-registry.ts'
