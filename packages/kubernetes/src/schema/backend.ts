import type { Fields } from './fields.ts'
import { isDnsLabel, isDnsSubdomain, isPathSegmentName, isPortName, isPortNumber } from './names.ts'

/** A port of a Service by number or by name, never a port of a Pod (semantics 9.2). */
export type ServicePortReference = { readonly number: number } | { readonly name: string }

/** What an Ingress names as the destination of requests: a Service port or another resource, in its own namespace. */
export type IngressBackend = { readonly service: ServiceBackend } | { readonly resource: ResourceReference }

/** A port of a Service in the namespace of the Ingress. */
interface ServiceBackend {
  readonly name: string
  readonly port: ServicePortReference
}

/** An object of any kind in the namespace of the Ingress (semantics 9.8). */
export interface ResourceReference {
  /** `''` for the core group. */
  readonly apiGroup: string
  readonly kind: string
  readonly name: string
}

const oldForm = 'the form serviceName and servicePort ended with v1beta1; use service.name and service.port.number'

/** The backend, or `undefined` if the API server would refuse it (semantics 9.1). */
export function readBackend(fields: Fields): IngressBackend | undefined {
  const service = fields.fields('service')
  const resource = fields.fields('resource')
  fields.reportUnknown({ serviceName: oldForm, servicePort: oldForm })
  if (!fields.wellTyped) return undefined
  if (service !== undefined && resource !== undefined) {
    return refuse(fields, undefined, 'A backend is a service or a resource, and this one names both.')
  }
  if (service !== undefined) return readServiceBackend(service)
  if (resource !== undefined) return readResourceBackend(resource)
  return refuse(fields, undefined, 'This backend names no service: it needs service.name and service.port.')
}

function readServiceBackend(fields: Fields): IngressBackend | undefined {
  const name = fields.text('name')
  const portFields = fields.fields('port')
  fields.reportUnknown()
  if (!fields.wellTyped) return undefined
  if (name === '') return refuse(fields, 'name', 'The backend service has no name.')
  // RFC 1035 labels, and RFC 1123 labels where the cluster relaxes the rule; the second include the first.
  if (!isDnsLabel(name)) {
    const rule = 'at most 63 lower-case letters, digits and hyphens, with a letter or digit at each end'
    return refuse(fields, 'name', `${JSON.stringify(name)} cannot be the name of a Service: ${rule}.`)
  }
  const port = portFields === undefined ? missingPort(fields, 'port', name) : readPort(portFields, name)
  return port === undefined ? undefined : sameAsLast({ name, port })
}

let last: { readonly service: ServiceBackend } | undefined

/** Many hosts of an Ingress lead to one Service, and share what says so. */
function sameAsLast(service: ServiceBackend): IngressBackend {
  if (last === undefined || !isSameService(last.service, service)) last = { service }
  return last
}

function isSameService(a: ServiceBackend, b: ServiceBackend): boolean {
  return a.name === b.name && portOf(a) === portOf(b)
}

/** A name is no number, so that the two cannot be taken for each other. */
function portOf({ port }: ServiceBackend): number | string {
  return 'number' in port ? port.number : port.name
}

function readPort(fields: Fields, service: string): ServicePortReference | undefined {
  const name = fields.text('name')
  const number = fields.integer('number') ?? 0
  fields.reportUnknown()
  if (!fields.wellTyped) return undefined
  if (name !== '' && number !== 0)
    return refuse(fields, undefined, 'A port has a name or a number, and this one has both.')
  if (name !== '') return isPortName(name) ? { name } : badPort(fields, 'name', JSON.stringify(name))
  if (number !== 0) return isPortNumber(number) ? { number } : badPort(fields, 'number', String(number))
  return missingPort(fields, undefined, service)
}

function readResourceBackend(fields: Fields): IngressBackend | undefined {
  const apiGroup = fields.optionalText('apiGroup')
  const kind = fields.text('kind')
  const name = fields.text('name')
  fields.reportUnknown()
  if (!fields.wellTyped) return undefined
  if (apiGroup !== undefined && !isDnsSubdomain(apiGroup)) {
    return refuse(
      fields,
      'apiGroup',
      `${JSON.stringify(apiGroup)} is no API group; leave the field out for the core group.`,
    )
  }
  if (!isPathSegmentName(kind)) return refuse(fields, 'kind', 'The backend resource needs a kind without / and %.')
  if (!isPathSegmentName(name)) return refuse(fields, 'name', 'The backend resource needs a name without / and %.')
  return { resource: { apiGroup: apiGroup ?? '', kind, name } }
}

function missingPort(fields: Fields, field: string | undefined, service: string): undefined {
  return refuse(
    fields,
    field,
    `The backend does not say which port of Service ${service}: give port.number or port.name.`,
  )
}

function badPort(fields: Fields, field: string, value: string): undefined {
  fields.complain('invalid-port', field, `${value} is not a valid port ${field}.`)
  return undefined
}

function refuse(fields: Fields, field: string | undefined, message: string): undefined {
  fields.complain('invalid-backend', field, message)
  return undefined
}
