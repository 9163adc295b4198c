import { readdir, stat } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { type Diagnostic, type ReadOptions, readManifests } from '@ingot/kubernetes'
import { readResolveFile } from '../resolve-entries.ts'
import type { SourceChange } from './source.ts'

/**
 * The manifest files at a path: the file itself, or everything below a folder that ends in `.yaml`, `.yml` or `.json`
 * and is not hidden, by name. Nothing if the path does not exist. Throws if it cannot be told what is there.
 */
export async function listManifestFiles(path: string): Promise<string[]> {
  const kind = await stat(path).catch(ignoreMissing)
  if (kind === undefined) return []
  if (!kind.isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => !entry.isDirectory() && /\.(ya?ml|json)$/i.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => !isHidden(relative(path, file)))
    .sort()
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}

/** A mounted ConfigMap keeps each file a second time below a hidden folder. */
function isHidden(path: string): boolean {
  return path.split(sep).some(part => part.startsWith('.'))
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
