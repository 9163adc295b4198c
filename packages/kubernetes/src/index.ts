export type { RouteAsks } from './annotations/asks.ts'
export { supportedNginxAnnotations } from './annotations/ingress-nginx.ts'
export type { BackendChanges } from './backends/backend-table.ts'
export type { DefaultBackendOptions } from './backends/default-backends.ts'
export { type ExternalNameOptions, isForbiddenAddress } from './backends/external-name.ts'
export type {
  Backend,
  BackendOptions,
  BackendProblem,
  BackendProtocol,
  StaticResolution,
} from './backends/resolve-backend.ts'
export type { Endpoint } from './backends/resolve-endpoints.ts'
export type { Diagnostic, ObjectReference, RelatedPlace } from './diagnostic.ts'
export { type DiagnosticCode, type DiagnosticCodeInfo, diagnosticCodes, type Severity } from './diagnostic-codes.ts'
export type { FieldPath } from './field-path.ts'
export type { FindingChanges, FindingCounts } from './finding-changes.ts'
export {
  CLASS_ANNOTATION,
  type ClassDecision,
  type ClassOptions,
  type ClassReason,
  classifier,
  classify,
  DEFAULT_CONTROLLER,
} from './ingress-class.ts'
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
export { type ReadOptions, type ReadResult, readManifests } from './manifests/read-manifests.ts'
export { type ObjectKey, ObjectStore, type WrittenObjects } from './object-store.ts'
export { type Profile, type ProfileName, profiles } from './profile.ts'
export type { HostOwnership } from './routes/host-ownership.ts'
export type { HostChanges } from './routes/host-table.ts'
export { inOrder, type OrderOptions } from './routes/ingress-order.ts'
export type { SettledHost } from './routes/settle-host.ts'
export { type WrittenPath, writtenPaths } from './routes/written-paths.ts'
export type { IngressBackend, ResourceReference, ServicePortReference } from './schema/backend.ts'
export type { Ingress, IngressPath, IngressPathType, IngressRule, IngressTls } from './schema/ingress.ts'
export type { IngressClass, IngressClassParameters } from './schema/ingress-class.ts'
export type { Metadata } from './schema/metadata.ts'
export { validateObject } from './schema/validate-object.ts'
export type { Validated } from './schema/validated.ts'
export type { TlsBySubject, TlsConfiguration, TlsHost } from './tls.ts'
export type { TlsChanges } from './tls-table.ts'
export {
  type DecidedIngress,
  type TranslateOptions,
  type Translation,
  type TranslationCounts,
  translate,
} from './translate.ts'
export {
  type ChangedTranslation,
  type TranslationChanges,
  Translator,
} from './translator.ts'
