import { glob, stat } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import type { Diagnostic, KubernetesObject } from '@ingot/kubernetes'
import type { ResolveEntry } from '../resolve-entries.ts'
import { interpretFile, listManifestFiles } from '../sources/manifest-files.ts'
import { decodeText, readText } from '../sources/read-text.ts'
import type { SourceChange } from '../sources/source.ts'
import { UnusableInput } from '../unusable-input.ts'

/** Everything that was given with `-f`. */
export interface Inputs {
  readonly files: readonly string[]
  /** Those of the files that were named themselves, rather than found in a folder or by a glob. */
  readonly named: ReadonlySet<string>
  readonly objects: readonly KubernetesObject[]
  /** What could not be read. */
  readonly diagnostics: readonly Diagnostic[]
  readonly resolve: readonly ResolveEntry[]
}

export interface InputOptions {
  /** The namespace of objects that name none. */
  readonly defaultNamespace?: string | undefined
  readonly stdin?: NodeJS.ReadableStream
  /** Called before each file is read. */
  readonly onFile?: (done: number, total: number) => void
}

/** How messages call what came on standard input. */
const STDIN = '<stdin>'

/**
 * Reads files, folders, globs and `-`, which is standard input. Each file is read once.
 *
 * @throws UnusableInput if a path leads to nothing.
 */
export async function readInputs(paths: readonly string[], options: InputOptions = {}): Promise<Inputs> {
  const files = [...new Set((await Promise.all(paths.map(expand))).flat())]
  const changes: SourceChange[] = []
  for (const [index, file] of files.entries()) {
    options.onFile?.(index, files.length)
    const contents = file === STDIN ? decodeText(await buffer(options.stdin ?? process.stdin)) : await readText(file)
    changes.push(interpretFile(file, contents, readOptions(options)))
  }
  options.onFile?.(files.length, files.length)
  return {
    files,
    named: new Set(paths.map(path => (path === '-' ? STDIN : path))),
    objects: changes.flatMap(({ objects }) => objects),
    diagnostics: changes.flatMap(({ diagnostics }) => diagnostics),
    resolve: changes.flatMap(({ resolve }) => resolve ?? []),
  }
}

function readOptions({ defaultNamespace }: InputOptions) {
  return defaultNamespace === undefined ? {} : { defaultNamespace }
}

async function expand(path: string): Promise<string[]> {
  if (path === '-') return [STDIN]
  if (await stat(path).catch(() => undefined)) return folderOrFile(path)
  if (!/[*?[{]/.test(path)) throw new UnusableInput(`There is no file or folder ${path}.`)
  const found: string[] = []
  for await (const match of glob(path)) found.push(match)
  if (found.length === 0) throw new UnusableInput(`Nothing matches ${path}.`)
  return (await Promise.all(found.sort().map(listFiles))).flat()
}

/** A folder that may not be read is listed itself: reading it yields a diagnostic like that of a file. */
function listFiles(path: string): Promise<string[]> {
  return listManifestFiles(path, folder => [folder])
}

async function folderOrFile(path: string): Promise<string[]> {
  const files = await listFiles(path)
  if (files.length === 0) throw new UnusableInput(`The folder ${path} has no .yaml, .yml or .json files.`)
  return files
}
