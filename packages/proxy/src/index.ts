export type { RequestRecord } from './exchange.ts'
export { type FailureCode, type RequestFailure, statusOf } from './failure.ts'
export { createProxyHandler, type ProxyHandler } from './handler.ts'
export type { HookedRequest, ProxyHooks } from './hooks.ts'
export { type AcceptFilterOptions, filterConnections } from './listener/accept-filter.ts'
export type { Http2Limits, Rate } from './listener/http2-limits.ts'
export { type ProxyMiddleware, proxyMiddleware } from './listener/middleware.ts'
export type { ProxyHeaderProblem } from './listener/proxy-header.ts'
export { acceptProxyProtocol, type ProxyProtocolOptions } from './listener/proxy-protocol.ts'
export { attachProxy, serverOptions } from './listener/server.ts'
export type { FixedProxyOptions, ProxyOptions } from './proxy-options.ts'
export {
  type CanaryDecision,
  type CanaryOptions,
  type CanarySides,
  decideCanary,
  takesCanary,
} from './request/canary.ts'
export { answerClientError } from './request/client-error.ts'
export { chooseByPath, matchExpressions, type PathChoices } from './request/expression-routes.ts'
export { refuseMethod } from './request/method.ts'
export type { HeadLimits } from './request/request-head.ts'
export type { RequestTarget } from './request/request-target.ts'
export { SharedConnections, type SharedConnectionsMemory } from './request/shared-connections.ts'
export { SharedRates } from './request/shared-rates.ts'
export type { CompressionOptions, Encoding } from './response/compression.ts'
export { compileRouteOptions, type RouteOptions, type RoutePolicy, type SharedCounts } from './route-options.ts'
export { type Routing, RoutingState } from './routing-state.ts'
export type { Certificate, CertificateProblem, CertificateProblemCode, PemPair } from './tls/certificate.ts'
export {
  type CertificateConfiguration,
  type Certificates,
  type LoadedCertificates,
  loadCertificates,
  noCertificates,
} from './tls/certificates.ts'
export type { HttpsRedirectOptions } from './tls/https-redirect.ts'
export { type HandshakeFailure, SecureServer, type SecureServerOptions } from './tls/secure-server.ts'
export { tlsOptions } from './tls/tls-options.ts'
export { Http1Transport, type Http1TransportOptions } from './transport/http1-transport.ts'
export { Http2Transport, type Http2TransportOptions } from './transport/http2-transport.ts'
export type {
  RawHeaders,
  ResponseReceiver,
  Transport,
  TransportCall,
  TransportError,
  TransportTimeouts,
  UpstreamRequest,
} from './transport/transport.ts'
export { UndiciTransport, type UndiciTransportOptions } from './transport/undici-transport.ts'
export type { AffinityOptions } from './upstream/affinity.ts'
export type { PickContext, PolicyOptions } from './upstream/policies.ts'
export { Endpoint, type UnavailableReason, Upstream, type UpstreamOptions } from './upstream/upstream.ts'
export {
  type BackendDescription,
  type BackendProtocol,
  type EndpointAddress,
  type RegistryOptions,
  type TransportTarget,
  UpstreamRegistry,
} from './upstream/upstream-registry.ts'
export type { UpstreamTls } from './upstream/upstream-tls.ts'
