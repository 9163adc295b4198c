export type { Certificate, CertificateProblem, CertificateProblemCode, PemPair } from './certificate.ts'
export {
  type CertificateConfiguration,
  type Certificates,
  type LoadedCertificates,
  loadCertificates,
  noCertificates,
} from './certificates.ts'
export { answerClientError } from './client-error.ts'
export type { CompressionOptions, Encoding } from './compression.ts'
export type { RequestRecord } from './exchange.ts'
export type { FailureCode, RequestFailure } from './failure.ts'
export { createProxyHandler, type FixedProxyOptions, type ProxyHandler, type ProxyOptions } from './handler.ts'
export type { HookedRequest, ProxyHooks } from './hooks.ts'
export { Http1Transport, type Http1TransportOptions } from './http1-transport.ts'
export type { Http2Limits, Rate } from './http2-limits.ts'
export { Http2Transport, type Http2TransportOptions } from './http2-transport.ts'
export type { HttpsRedirectOptions } from './https-redirect.ts'
export type { PickContext, PolicyOptions } from './policies.ts'
export type { ProxyHeaderProblem } from './proxy-header.ts'
export { acceptProxyProtocol, type ProxyProtocolOptions } from './proxy-protocol.ts'
export type { HeadLimits } from './request-head.ts'
export type { RequestTarget } from './request-target.ts'
export { compileRouteOptions, type RouteOptions, type RoutePolicy } from './route-options.ts'
export { type Routing, RoutingState } from './routing-state.ts'
export { type HandshakeFailure, SecureServer, type SecureServerOptions } from './secure-server.ts'
export { attachProxy, serverOptions } from './server.ts'
export { tlsOptions } from './tls-options.ts'
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
export { Endpoint, type UnavailableReason, Upstream, type UpstreamOptions } from './upstream.ts'
export {
  type BackendDescription,
  type BackendProtocol,
  type EndpointAddress,
  type RegistryOptions,
  type TransportTarget,
  UpstreamRegistry,
} from './upstream-registry.ts'
export type { UpstreamTls } from './upstream-tls.ts'
