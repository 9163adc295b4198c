import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { readText } from './read-text.ts'

/** A file as it was read. */
export interface KnownFile {
  readonly contents: string | Error
  /** Changes whenever the file does; `undefined` where that cannot be relied on. */
  readonly version: string | undefined
}

/** A file system may count time in steps as long as this, in milliseconds. */
const coarsestStep = 2_000

/** What a file holds now; it is only read if it may have changed since `known`. Never throws. */
export async function readAgain(file: string, known: KnownFile | undefined): Promise<KnownFile> {
  // Looked at before it is read, so that what is written in between is read again the next time.
  const version = await versionOf(file)
  if (known?.version !== undefined && known.version === version) return known
  return { contents: await readText(file), version }
}

/** Says of a file behind a link what is true of that file, so that a link that leads elsewhere is another version. */
async function versionOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined)
  if (found === undefined || mayChangeUnseen(found)) return undefined
  const { dev, ino, size, mtimeNs, ctimeNs } = found
  return [dev, ino, size, mtimeNs, ctimeNs].join()
}

/** Written again at once, a file may bear the same times; so may one that has times of the future. */
function mayChangeUnseen({ mtimeMs, ctimeMs }: BigIntStats): boolean {
  return Date.now() - Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs) < coarsestStep
}
