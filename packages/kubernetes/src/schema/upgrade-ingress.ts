import type { Report } from '../diagnostic.ts'
import type { FieldPath } from '../field-path.ts'
import { isRecord, type KubernetesObject } from '../kubernetes-object.ts'

const current = 'networking.k8s.io/v1'
const legacy = ['networking.k8s.io/v1beta1', 'extensions/v1beta1']

/**
 * The Ingress in the form of `networking.k8s.io/v1`, with a diagnostic if it was written in an older one; `undefined`
 * for a version that does not exist. Fields keep the places where they were written.
 */
export function upgradeIngress(object: KubernetesObject, report: Report): KubernetesObject | undefined {
  if (object.apiVersion === current) return object
  if (!legacy.includes(object.apiVersion)) {
    report.add(
      'unsupported-api-version',
      ['apiVersion'],
      `Ingress has no version ${object.apiVersion}; use ${current}.`,
    )
    return undefined
  }
  const message = `This Ingress is written for ${object.apiVersion}, which Kubernetes 1.22 and later refuse; it is read as ${current}.`
  report.add('legacy-api-version', ['apiVersion'], message)
  const { source } = object
  return {
    ...object,
    raw: { ...object.raw, spec: upgradeSpec(object.raw.spec) },
    ...(source && { source: { file: source.file, locate: field => source.locate(legacyField(field)) } }),
  }
}

function upgradeSpec(spec: unknown): unknown {
  if (!isRecord(spec)) return spec
  const { backend, rules, ...rest } = spec
  return {
    ...rest,
    ...(backend === undefined ? {} : { defaultBackend: upgradeBackend(backend) }),
    ...(rules === undefined ? {} : { rules: Array.isArray(rules) ? rules.map(upgradeRule) : rules }),
  }
}

function upgradeRule(rule: unknown): unknown {
  if (!isRecord(rule) || !isRecord(rule.http) || !Array.isArray(rule.http.paths)) return rule
  return { ...rule, http: { ...rule.http, paths: rule.http.paths.map(upgradePath) } }
}

/** Before v1 a path without type was ImplementationSpecific. */
function upgradePath(path: unknown): unknown {
  if (!isRecord(path)) return path
  return {
    ...path,
    pathType: path.pathType ?? 'ImplementationSpecific',
    ...(path.backend === undefined ? {} : { backend: upgradeBackend(path.backend) }),
  }
}

function upgradeBackend(backend: unknown): unknown {
  if (!isRecord(backend)) return backend
  const { serviceName, servicePort, ...rest } = backend
  if (serviceName === undefined && servicePort === undefined) return rest
  return { ...rest, service: { name: serviceName, port: upgradePort(servicePort) } }
}

/** A number in quotes was taken for a port name, which no Service can have; it is read as the number that was meant. */
function upgradePort(port: unknown): unknown {
  if (typeof port === 'number') return { number: port }
  if (typeof port !== 'string') return port
  return /^[0-9]{1,5}$/.test(port) ? { number: Number(port) } : { name: port }
}

/** Where a field of the v1 form was written in the older one. */
function legacyField(field: FieldPath): FieldPath {
  return field.flatMap((part, index): (string | number)[] => {
    const before = field[index - 1]
    if (part === 'defaultBackend' && before === 'spec') return ['backend']
    if (part === 'service' && (before === 'backend' || before === 'defaultBackend')) return []
    if (before !== 'service') return before === 'port' && (part === 'name' || part === 'number') ? [] : [part]
    return [part === 'name' ? 'serviceName' : part === 'port' ? 'servicePort' : part]
  })
}
