import type { Diagnostic } from '@ingot/kubernetes'
import { isCollection, isMap, LineCounter, parseDocument, type Scalar, type YAMLMap } from 'yaml'

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
  const { contents, errors } = parseDocument(text, { lineCounter: lines })
  const invalid = (message: string, offset: number) => invalidEntry(message, file, lines.linePos(offset))
  const [problem] = errors
  if (problem !== undefined) return { resolve: [], diagnostics: [invalid(problem.message, problem.pos[0])] }
  if (contents === null) return { resolve: [], diagnostics: [] }
  if (!isMap(contents))
    return { resolve: [], diagnostics: [invalid('This is no mapping from SERVICE to HOST:PORT.', 0)] }
  return readEntries(contents, invalid)
}

function readEntries(map: YAMLMap, invalid: (message: string, offset: number) => Diagnostic) {
  const resolve: ResolveEntry[] = []
  const diagnostics: Diagnostic[] = []
  for (const { key, value } of map.items) {
    const node = key as Scalar
    try {
      const endpoints = isCollection(value) ? value.toJSON() : (value as Scalar | null)?.value
      resolve.push(resolveEntry(String(node.value), [endpoints].flat()))
    } catch (error) {
      diagnostics.push(invalid((error as Error).message, node.range?.[0] ?? 0))
    }
  }
  return { resolve, diagnostics }
}

function resolveEntry(serviceText: string, endpointTexts: readonly unknown[]): ResolveEntry {
  const [, namespace, service, port] = serviceSyntax.exec(serviceText) ?? []
  if (service === undefined) throw new TypeError(`'${serviceText}' is not [NAMESPACE/]SERVICE[:PORT]`)
  return {
    service,
    ...(namespace !== undefined && { namespace }),
    ...(port !== undefined && { port: /^\d+$/.test(port) ? Number(port) : port }),
    endpoints: endpointTexts.map(parseEndpoint),
  }
}

function parseEndpoint(text: unknown): { address: string; port: number } {
  const [, bracketed, plain, portText] =
    /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i.exec(String(text).trim()) ?? []
  const address = bracketed ?? plain
  const port = Number(portText)
  if (address === undefined || port < 1 || port > 65535) throw new TypeError(`${JSON.stringify(text)} is not HOST:PORT`)
  return { address, port }
}

function invalidEntry(message: string, file: string, { line, col }: { line: number; col: number }): Diagnostic {
  return { code: 'invalid-resolve-file', severity: 'error', message, position: { file, line, column: col } }
}
