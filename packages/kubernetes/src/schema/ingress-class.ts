import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Fields } from './fields.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import { isDnsLabel, isDnsSubdomain, isDomainPrefixedPath, isPathSegmentName } from './names.ts'
import { remembered } from './validated.ts'

/** Which controller serves the Ingresses that name this class. */
export interface IngressClass {
  readonly object: KubernetesObject
  readonly metadata: Metadata
  readonly controller: string
  readonly parameters: IngressClassParameters | undefined
  readonly isDefault: boolean
}

/** Where the settings of a class are kept. */
export interface IngressClassParameters {
  /** `''` for the core group. */
  readonly apiGroup: string
  readonly kind: string
  readonly name: string
  /** `undefined` for an object of the cluster. */
  readonly namespace: string | undefined
}

const DEFAULT_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class'
const MAX_CONTROLLER = 250

/** Validates an IngressClass as the API server does (semantics 10.6). */
export const validateIngressClass = remembered<IngressClass>((fields, object) => {
  if (!['networking.k8s.io/v1', 'networking.k8s.io/v1beta1'].includes(object.apiVersion)) {
    fields.complain('unsupported-api-version', 'apiVersion', `IngressClass has no version ${object.apiVersion}.`)
    return undefined
  }
  const metadata = readMetadata(fields)
  const spec = fields.fields('spec')
  fields.reportUnknown()
  const controller = spec?.text('controller') ?? ''
  const parametersFields = spec?.fields('parameters')
  spec?.reportUnknown()
  const parameters = parametersFields && readParameters(parametersFields)
  const valid = [checkController(fields, controller), parameters !== null, fields.wellTyped, spec?.wellTyped]
  if (metadata === undefined || parameters === null || !valid.every(part => part !== false)) return undefined
  const isDefault = metadata.annotations[DEFAULT_CLASS_ANNOTATION] === 'true'
  return { object, metadata, controller, parameters, isDefault }
})

function checkController(fields: Fields, controller: string): boolean {
  if (isDomainPrefixedPath(controller) && controller.length <= MAX_CONTROLLER) return true
  const rule = `a name like example.com/ingress-controller with at most ${MAX_CONTROLLER} characters`
  fields.report.add('invalid-class', ['spec', 'controller'], `spec.controller must be ${rule}.`)
  return false
}

/** The parameters, or `null` if they are invalid. */
function readParameters(fields: Fields): IngressClassParameters | null {
  const apiGroup = fields.optionalText('apiGroup')
  const kind = fields.text('kind')
  const name = fields.text('name')
  // The API server fills in Cluster before it validates.
  const scope = fields.optionalText('scope') ?? 'Cluster'
  const namespace = fields.optionalText('namespace')
  fields.reportUnknown()
  if (!fields.wellTyped) return null
  const refuse = (field: string | undefined, message: string): null => {
    fields.complain('invalid-class', field, message)
    return null
  }
  if (apiGroup !== undefined && !isDnsSubdomain(apiGroup))
    return refuse('apiGroup', `${JSON.stringify(apiGroup)} is no API group.`)
  if (!isPathSegmentName(kind)) return refuse('kind', 'The parameters need a kind without / and %.')
  if (!isPathSegmentName(name)) return refuse('name', 'The parameters need a name without / and %.')
  if (scope !== 'Cluster' && scope !== 'Namespace') return refuse('scope', 'scope must be Cluster or Namespace.')
  if (scope === 'Cluster' && namespace !== undefined)
    return refuse('namespace', 'scope is Cluster, so namespace must be left out.')
  if (scope === 'Namespace' && !isDnsLabel(namespace ?? ''))
    return refuse('namespace', 'scope is Namespace, so namespace must name one.')
  return { apiGroup: apiGroup ?? '', kind, name, namespace }
}
