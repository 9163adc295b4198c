import type { Diagnostic } from '@ingot/kubernetes'
import * as v from 'valibot'
import { LineCounter, parseDocument } from 'yaml'

/** Where a Service is to be found when no EndpointSlice says so. */
export interface ResolveEntry {
  readonly service: string
  /** Any namespace, if absent. */
  readonly namespace?: string
  /** The name or number of a Service port; every port, if absent. */
  readonly port?: string | number
  readonly endpoints: readonly { readonly address: string; readonly port: number }[]
}

const serviceSyntax = /^(?:([a-z0-9-]{1,63})\/)?([a-z0-9-]{1,63})(?::([a-z0-9-]{1,63}))?$/

/**
 * Reads `[NAMESPACE/]SERVICE[:PORT]=HOST:PORT[,HOST:PORT…]`, the value of `--resolve`.
 * Throws a `TypeError` that says what is wrong.
 */
export function parseResolveFlag(text: string): ResolveEntry {
  const separator = text.indexOf('=')
  if (separator < 0) throw new TypeError(`'${text}' is not SERVICE=HOST:PORT`)
  return resolveEntry(text.slice(0, separator), text.slice(separator + 1).split(','))
}

/** Reads a `resolve.yaml`: a mapping from `[NAMESPACE/]SERVICE[:PORT]` to `HOST:PORT` or a list of them. */
export function readResolveFile(text: string, file: string): { resolve: ResolveEntry[]; diagnostics: Diagnostic[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [problem] = document.errors
  if (problem !== undefined) return { resolve: [], diagnostics: [invalid(file, problem.message, problem.linePos?.[0])] }
  const parsed = v.safeParse(resolveFileSchema, document.toJS() ?? {})
  if (!parsed.success) return { resolve: [], diagnostics: [invalid(file, parsed.issues[0].message)] }
  return readEntries(parsed.output, file)
}

const resolveFileSchema = v.record(
  v.string(),
  v.union([v.string(), v.array(v.string())], 'A Service leads to HOST:PORT or a list of HOST:PORT'),
  'resolve.yaml is a mapping from SERVICE to HOST:PORT',
)

function readEntries(entries: v.InferOutput<typeof resolveFileSchema>, file: string) {
  const resolve: ResolveEntry[] = []
  const diagnostics: Diagnostic[] = []
  for (const [service, endpoints] of Object.entries(entries)) {
    try {
      resolve.push(resolveEntry(service, [endpoints].flat()))
    } catch (error) {
      diagnostics.push(invalid(file, (error as Error).message))
    }
  }
  return { resolve, diagnostics }
}

function resolveEntry(serviceText: string, endpointTexts: readonly string[]): ResolveEntry {
  const [, namespace, service, port] = serviceSyntax.exec(serviceText) ?? []
  if (service === undefined) throw new TypeError(`'${serviceText}' is not [NAMESPACE/]SERVICE[:PORT]`)
  return {
    service,
    ...(namespace !== undefined && { namespace }),
    ...(port !== undefined && { port: /^\d+$/.test(port) ? Number(port) : port }),
    endpoints: endpointTexts.map(parseEndpoint),
  }
}

function parseEndpoint(text: string): { address: string; port: number } {
  const [, bracketed, plain, portText] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i.exec(text.trim()) ?? []
  const address = bracketed ?? plain
  const port = Number(portText)
  if (address === undefined || port < 1 || port > 65535) throw new TypeError(`'${text}' is not HOST:PORT`)
  return { address, port }
}

function invalid(file: string, message: string, at?: { line: number; col: number }): Diagnostic {
  const position = { file, line: at?.line ?? 1, column: at?.col ?? 1 }
  return { code: 'invalid-resolve-file', severity: 'error', message, position }
}
