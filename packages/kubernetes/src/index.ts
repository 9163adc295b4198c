export type { RouteAsks } from './annotations/asks.ts'
export { supportedNginxAnnotations } from './annotations/ingress-nginx.ts'
export type { BackendChanges } from './backend-table.ts'
export type { DefaultBackendOptions } from './default-backends.ts'
export type { Diagnostic, ObjectReference, RelatedPlace } from './diagnostic.ts'
export { type DiagnosticCode, type DiagnosticCodeInfo, diagnosticCodes, type Severity } from './diagnostic-codes.ts'
export { type ExternalNameOptions, isForbiddenAddress } from './external-name.ts'
export type { FieldPath } from './field-path.ts'
export type { HostOwnership } from './host-ownership.ts'
export type { HostChanges } from './host-table.ts'
export {
  CLASS_ANNOTATION,
  type ClassDecision,
  type ClassOptions,
  type ClassReason,
  classifier,
  classify,
  DEFAULT_CONTROLLER,
} from './ingress-class.ts'
export { inOrder, type OrderOptions } from './ingress-order.ts'
export type { BackendId, IngressTarget } from './ingress-target.ts'
export {
  formatName,
  type KubernetesObject,
  kubernetesObject,
  type ObjectName,
  type ObjectSource,
  type Position,
  type RoutingKind,
  routingKind,
} from './kubernetes-object.ts'
export { type ObjectKey, ObjectStore, type WrittenObjects } from './object-store.ts'
export { type Profile, type ProfileName, profiles } from './profile.ts'
export { type ReadOptions, type ReadResult, readManifests } from './read-manifests.ts'
export type {
  Backend,
  BackendOptions,
  BackendProblem,
  BackendProtocol,
  StaticResolution,
} from './resolve-backend.ts'
export type { Endpoint } from './resolve-endpoints.ts'
export type { IngressBackend, ResourceReference, ServicePortReference } from './schema/backend.ts'
export type { Ingress, IngressPath, IngressPathType, IngressRule, IngressTls } from './schema/ingress.ts'
export type { IngressClass, IngressClassParameters } from './schema/ingress-class.ts'
export type { Metadata } from './schema/metadata.ts'
export type { Validated } from './schema/validated.ts'
export type { SettledHost } from './settle-host.ts'
export type { TlsBySubject, TlsConfiguration, TlsHost } from './tls.ts'
export { type DecidedIngress, type TranslateOptions, type Translation, translate } from './translate.ts'
export {
  type ChangedTranslation,
  type TranslationChanges,
  Translator,
} from './translator.ts'
export { validateObject } from './validate-object.ts'
export { type WrittenPath, writtenPaths } from './written-paths.ts'
