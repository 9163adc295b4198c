import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Diagnostic, type ReadOptions, readManifests } from '@ingot/kubernetes'
import { readResolveFile } from '../resolve-entries.ts'
import type { SourceChange } from './source.ts'

/**
 * The manifest files at a path: the file itself, or everything below a folder that ends in `.yaml`, `.yml` or `.json`
 * and is not hidden, by name. Nothing if the path does not exist. Throws if it cannot be told what is there, unless
 * `onUnreadable` says what to list in the place of a folder that cannot be read.
 */
export async function listManifestFiles(
  path: string,
  onUnreadable: (folder: string, error: unknown) => string[] = rethrow,
): Promise<string[]> {
  const kind = await stat(path).catch(ignoreMissing)
  if (kind === undefined) return []
  return kind.isDirectory() ? (await filesBelow(path, onUnreadable)).sort() : [path]
}

async function filesBelow(
  folder: string,
  onUnreadable: (folder: string, error: unknown) => string[],
): Promise<string[]> {
  let entries: Dirent[]
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (error) {
    return onUnreadable(folder, error)
  }
  // A mounted ConfigMap keeps each file a second time below a hidden folder.
  const shown = entries.filter(({ name }) => !name.startsWith('.'))
  const found = await Promise.all(
    shown.map(entry => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesBelow(path, onUnreadable)
      return /\.(ya?ml|json)$/i.test(entry.name) ? [path] : []
    }),
  )
  return found.flat()
}

function rethrow(_: string, error: unknown): never {
  throw error
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}

/** What a file holds, or why it cannot be read. */
export function interpretFile(
  file: string,
  contents: string | Error,
  options: Omit<ReadOptions, 'file'> = {},
): SourceChange {
  if (contents instanceof Error) return { origin: file, objects: [], diagnostics: [unreadable(file, contents)] }
  if (/^resolve\.ya?ml$/i.test(basename(file))) return { origin: file, objects: [], ...readResolveFile(contents, file) }
  return { origin: file, ...readManifests(contents, { ...options, file }) }
}

function unreadable(file: string, error: Error): Diagnostic {
  const message = `The file cannot be read: ${error.message}`
  return { code: 'unreadable-file', severity: 'error', message, position: { file, line: 1, column: 1 } }
}
