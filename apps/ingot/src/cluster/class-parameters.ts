import {
  DEFAULT_CONTROLLER,
  type Diagnostic,
  type IngressClass,
  type KubernetesObject,
  validateObject,
} from '@ingot/kubernetes'
import type { RouteOptions } from '@ingot/proxy'
import * as v from 'valibot'
import { parseDocument } from 'yaml'
import { checkRoutes } from '../configuration/check-routes.ts'
import { type ConfiguredRouteOptions, routeEntries } from '../configuration/route-options.schema.ts'
import { toRouteOptions } from '../configuration/route-policies.ts'

/** What the parameters of a class may say. */
const parametersSchema = v.strictObject({ routes: v.optional(v.strictObject(routeEntries), {}) })

/** The key of the ConfigMap that holds them. */
const key = 'ingot.yaml'

/** What each class asks for its routes, and what is wrong with the parameters of some. */
export interface ReadParameters {
  readonly routes: ReadonlyMap<string, RouteOptions>
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * The parameters of our IngressClasses, by ConfigMaps. Those that are missing or cannot be used leave a class with the
 * last that could be (semantics 10.7); before there were any, with what the configuration says.
 */
export class ClassParameters {
  readonly #controller: string
  /** By class. */
  #lastGood = new Map<string, RouteOptions>()

  constructor(controller = DEFAULT_CONTROLLER) {
    this.#controller = controller
  }

  /** Reads the parameters of all classes that are ours. */
  read(objects: readonly KubernetesObject[]): ReadParameters {
    const maps = new Map(objects.flatMap(object => (object.kind === 'ConfigMap' ? [[nameOf(object), object]] : [])))
    const routes = new Map<string, RouteOptions>()
    const diagnostics: Diagnostic[] = []
    for (const ingressClass of objects.flatMap(object => this.#ours(object) ?? [])) {
      const { name } = ingressClass.metadata
      const found = readParameters(ingressClass, maps as ReadonlyMap<string, KubernetesObject>)
      if (typeof found === 'string') diagnostics.push(diagnosticOf(name, found))
      const options = typeof found === 'string' ? this.#lastGood.get(name) : found
      if (options !== undefined) routes.set(name, options)
    }
    this.#lastGood = routes
    return { routes, diagnostics }
  }

  #ours(object: KubernetesObject): IngressClass | undefined {
    if (object.kind !== 'IngressClass') return undefined
    const valid = validateObject(object)?.value as IngressClass | undefined
    return valid?.controller === this.#controller ? valid : undefined
  }
}

/** The options, `undefined` for a class without parameters, or what is wrong with them. */
function readParameters(
  { parameters }: IngressClass,
  maps: ReadonlyMap<string, KubernetesObject>,
): RouteOptions | string | undefined {
  if (parameters === undefined) return undefined
  const { apiGroup, kind, namespace, name } = parameters
  if (apiGroup !== '' || kind !== 'ConfigMap') return `Parameters are read from a ConfigMap, not from a ${kind}.`
  if (namespace === undefined)
    return 'A ConfigMap is in a namespace: spec.parameters needs the scope Namespace and one.'
  const map = maps.get(`${namespace}/${name}`)
  if (map === undefined) return `There is no ConfigMap ${namespace}/${name}, or it may not be read.`
  const data = (map.raw.data ?? {}) as Readonly<Record<string, unknown>>
  const written = data[key]
  return typeof written === 'string' ? readOptions(written) : `The ConfigMap ${namespace}/${name} has no key ${key}.`
}

function readOptions(text: string): RouteOptions | string {
  const document = parseDocument(text, { stringKeys: true, logLevel: 'error' })
  const [error] = document.errors
  if (error !== undefined) return `${key} is no YAML: ${error.message.split('\n', 1)[0]}`
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (problem) {
    return `${key} is no YAML: ${(problem as Error).message}`
  }
  const result = v.safeParse(parametersSchema, value ?? {})
  if (!result.success) return result.issues.map(issue => describe(v.getDotPath(issue) ?? '', issue.message)).join(' ')
  const routes = result.output.routes as ConfiguredRouteOptions
  const problems = checkRoutes({ routes, upstreams: {}, overrides: [] } as never)
  if (problems.length > 0) return problems.map(({ path, message }) => describe(path.join('.'), message)).join(' ')
  return toRouteOptions(routes)
}

function describe(field: string, message: string): string {
  return `${key}: ${field}: ${message}.`
}

function nameOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace}/${metadata.name}`
}

function diagnosticOf(name: string, problem: string): Diagnostic {
  return {
    code: 'invalid-class-parameters',
    severity: 'warning',
    message: `The parameters of IngressClass ${name} cannot be used, and it keeps those it had. ${problem}`,
    object: { kind: 'IngressClass', namespace: '', name },
    field: 'spec.parameters',
  }
}
