import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isStopping } from './cleanup.ts'

/** The root of the repository. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url))

const folder = join(root, 'benchmarks/results')

/** Keeps a result as `benchmarks/results/NAME.json`. */
export async function writeResult(name: string, result: unknown): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(result, null, 1)}\n`)
}

/** A kept result; `undefined` if there is none. */
export async function readResult<T>(name: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Keeps what was found so far in the place of what `benchmarks/results/NAME.json` has of it, again and again, until the
 * run is told to stop.
 */
export function keepResult<T>(name: string, merge: (kept: T | undefined, found: T) => T): (found: T) => Promise<void> {
  return async found => {
    if (!isStopping()) await writeResult(name, merge(await readResult<T>(name), found))
  }
}
