import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { checkRoutes, type FieldProblem } from './check-routes.ts'
import type { FlagValues } from './flags.ts'
import { type Configuration, configurationSchema } from './schema.ts'

/** One thing that is wrong with a configuration. */
export interface ConfigurationProblem {
  /** `ingot.yaml:3:9`, or the flag. */
  readonly place: string
  /** `listen.port`; empty for the file as a whole. */
  readonly field: string
  readonly message: string
}

/** Says all that is wrong with a configuration, a line each. */
export class ConfigurationError extends Error {
  readonly problems: readonly ConfigurationProblem[]

  constructor(problems: readonly ConfigurationProblem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'ConfigurationError'
    this.problems = problems
  }
}

/** A file and what it says. */
export interface ConfigurationFile {
  readonly file: string
  readonly text: string
}

/** Reads a configuration file. Throws {@link ConfigurationError} if there is none. */
export async function readConfigurationFile(file: string): Promise<ConfigurationFile> {
  try {
    return { file, text: await readFile(file, 'utf8') }
  } catch (error) {
    throw new ConfigurationError([{ place: file, field: '', message: (error as Error).message }])
  }
}

/**
 * A configuration of a file and flags, of which flags win. Throws {@link ConfigurationError} with everything that is wrong.
 */
export function readConfiguration(file: ConfigurationFile | undefined, given: FlagValues): Configuration {
  const document = file === undefined ? undefined : readDocument(file)
  const merged = merge(document?.value ?? {}, given.values)
  const result = v.safeParse(configurationSchema, merged)
  const problems = result.success
    ? checkRoutes(result.output)
    : result.issues.map(issue => ({ path: pathOf(issue), message: messageOf(issue) }))
  if (problems.length === 0) return result.output as Configuration
  throw new ConfigurationError(problems.map(problem => placeProblem(problem, given, document)))
}

interface ReadDocument {
  readonly value: unknown
  readonly locate: (path: readonly PropertyKey[]) => string
}

function readDocument({ file, text }: ConfigurationFile): ReadDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, stringKeys: true })
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) => {
    return { place: position(pos[0]), field: '', message: message.split(/ at line \d|\n/, 1)[0]! }
  })
  if (problems.length > 0) throw new ConfigurationError(problems)
  return { value: valueOfDocument(document, file) ?? {}, locate: path => position(offsetOf(document, path)) }
}

function valueOfDocument(document: Document, file: string): unknown {
  try {
    // References could make a short text a huge value.
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw new ConfigurationError([{ place: file, field: '', message: (error as Error).message }])
  }
}

/** Where a field is written, or the nearest one around it that is. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return document.contents?.range?.[0] ?? 0
}

function merge(base: unknown, over: Readonly<Record<string, unknown>>): unknown {
  if (!isMap(base)) return Object.keys(over).length === 0 ? base : over
  const merged: Record<string, unknown> = { ...base }
  for (const [name, value] of Object.entries(over)) {
    merged[name] = isMap(value) && isMap(base[name]) ? merge(base[name], value) : value
  }
  return merged
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function placeProblem(
  { path, message }: FieldProblem,
  { flags }: FlagValues,
  document: ReadDocument | undefined,
): ConfigurationProblem {
  const field = path.map(String).join('.')
  const flag = path
    .map((_, index) =>
      flags.get(
        path
          .slice(0, index + 1)
          .map(String)
          .join('.'),
      ),
    )
    .find(Boolean)
  return { place: flag ?? document?.locate(path) ?? '', field, message }
}

function pathOf(issue: v.BaseIssue<unknown>): PropertyKey[] {
  return (issue.path ?? []).map(({ key }) => key as PropertyKey)
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object') {
    if (issue.expected === 'never') return 'there is no such option'
    return issue.received === 'undefined' ? `${String(pathOf(issue).at(-1))} is missing` : 'a mapping is expected'
  }
  if (issue.type === 'array' && issue.kind === 'schema') return 'a list is expected'
  return issue.message
}

function formatProblem({ place, field, message }: ConfigurationProblem): string {
  return [place, field, message].filter(part => part !== '').join(': ')
}
