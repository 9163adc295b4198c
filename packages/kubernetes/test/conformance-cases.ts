import { readdirSync, readFileSync } from 'node:fs'
import type { MatcherOptions, PathOptions } from '@ingot/core'
import { parse } from 'yaml'
import { readManifests } from '../src/manifests/read-manifests.ts'
import { type TranslateOptions, translate } from '../src/translate.ts'

/** One case of `conformance/*.yaml`; the fields are described in `conformance/README.md`. */
export interface ConformanceCase {
  /** The file it is written in, without folder. */
  readonly file: string
  readonly name: string
  readonly clause: string
  readonly manifests: string
  readonly endpoints?: 'manifests'
  readonly options?: ConformanceOptions
  readonly requests: readonly ConformanceRequest[]
}

/** Every option that a case may set. */
export type ConformanceOptions = MatcherOptions & PathOptions & TranslateOptions

export interface ConformanceRequest {
  readonly url?: string
  readonly target?: string
  readonly host?: string | readonly string[] | null
  readonly method?: string
  readonly http?: '1.0' | '1.1' | '2'
  readonly headers?: Readonly<Record<string, string>>
  readonly expect: ConformanceOutcome
}

export type ConformanceOutcome =
  | { readonly backend: string; readonly path?: string }
  | { readonly status: number | readonly number[]; readonly reason?: string }

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string
  /** The request target, byte for byte. */
  readonly target: string
  /** The values of the Host headers, or of `:authority`. */
  readonly hosts: readonly string[]
  readonly http: '1.0' | '1.1' | '2'
  /** Other headers. */
  readonly headers: Readonly<Record<string, string>>
}

const folder = new URL('../conformance/', import.meta.url)

/** All cases, in the order of their files. Throws if a case is not of the documented form. */
export function loadConformanceCases(): ConformanceCase[] {
  const files = readdirSync(folder).filter(file => file.endsWith('.yaml'))
  return files.sort().flatMap(file => readCases(readFileSync(new URL(file, folder), 'utf8'), file))
}

/** The cases of one file's text. */
export function readCases(text: string, file: string): ConformanceCase[] {
  const cases: unknown = parse(text, { maxAliasCount: -1 })
  if (!Array.isArray(cases)) throw new TypeError(`${file} is not a list of cases`)
  return cases.map((value, index) => checkCase(value, `${file}[${index}]`, file))
}

/** The manifests of a case, with a port for each upstream that they name. */
export function manifestsOf({ manifests }: ConformanceCase, portOf: (upstream: string) => number): string {
  return manifests.replace(/PORT_OF_([a-z0-9-]+)/g, (_, upstream: string) => String(portOf(upstream)))
}

/** The upstreams a case needs: one for each Service that a backend names, or for each port that the manifests ask for. */
export function upstreamsOf(conformanceCase: ConformanceCase): string[] {
  const { manifests, endpoints, options } = conformanceCase
  if (endpoints === 'manifests')
    return unique([...manifests.matchAll(/PORT_OF_([a-z0-9-]+)/g)].map(([, name]) => name!))
  const { objects } = readManifests(manifests, { file: conformanceCase.file })
  const { backends } = translate(objects, translateOptionsOf(options))
  return unique([...backends.values()].flatMap(({ service }) => (service === undefined ? [] : [service.name])))
}

/** The options of a case, by whom they are for. */
export function optionsOf(conformanceCase: ConformanceCase, portOf: (upstream: string) => number) {
  const { hostFallthrough, emptySegments, encodedSlash, aboveRoot, maxLength, maxElements, ...rest } =
    conformanceCase.options ?? {}
  const path = withoutUndefined({ emptySegments, encodedSlash, aboveRoot, maxLength, maxElements }) as PathOptions
  const resolve =
    conformanceCase.endpoints === 'manifests'
      ? []
      : upstreamsOf(conformanceCase).map(service => ({
          service,
          endpoints: [{ address: '127.0.0.1', port: portOf(service) }],
        }))
  const matching = withoutUndefined({ hostFallthrough }) as MatcherOptions
  return { matching, path, translate: { ...rest, path, resolve } satisfies TranslateOptions }
}

/** What a request sends. */
export function wireRequestOf(request: ConformanceRequest): WireRequest {
  const split = /^[a-z]+:\/\/([^/?#]*)(.*)$/s.exec(request.url ?? '')
  const host = request.host === undefined ? split?.[1] : request.host
  return {
    method: request.method ?? 'GET',
    target: request.target ?? split?.[2] ?? '/',
    hosts: host === null || host === undefined ? [] : [host].flat(),
    http: request.http ?? '1.1',
    headers: request.headers ?? {},
  }
}

function translateOptionsOf(options: ConformanceOptions = {}): TranslateOptions {
  return options
}

const caseFields = ['name', 'clause', 'manifests', 'endpoints', 'options', 'requests']
const requestFields = ['url', 'target', 'host', 'method', 'http', 'headers', 'expect']

function checkCase(value: unknown, where: string, file: string): ConformanceCase {
  const found = value as ConformanceCase
  onlyFields(found, caseFields, where)
  for (const field of ['name', 'clause', 'manifests'] as const) {
    if (typeof found[field] !== 'string') throw new TypeError(`${where}.${field} must be a text`)
  }
  if (!Array.isArray(found.requests) || found.requests.length === 0) throw new TypeError(`${where} has no requests`)
  found.requests.forEach((request, index) => {
    checkRequest(request, `${where}.requests[${index}]`)
  })
  return { ...found, file }
}

function checkRequest(request: ConformanceRequest, where: string): void {
  onlyFields(request, requestFields, where)
  if ((request.url === undefined) === (request.target === undefined))
    throw new TypeError(`${where} needs url or target`)
  if (request.target !== undefined && request.host === undefined) throw new TypeError(`${where} needs a host`)
  onlyFields(
    request.expect,
    'backend' in request.expect ? ['backend', 'path'] : ['status', 'reason'],
    `${where}.expect`,
  )
}

function onlyFields(value: object, fields: readonly string[], where: string): void {
  const unknown = Object.keys(value).filter(field => !fields.includes(field))
  if (unknown.length > 0) throw new TypeError(`${where} has unknown fields: ${unknown.join(', ')}`)
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined))
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}
