import { EventEmitter, on, once } from 'node:events'
import { stat } from 'node:fs/promises'
import { type FSWatcher, watch } from 'chokidar'
import { gather, type Holdoff } from '../gather.ts'
import { interpretFile, listManifestFiles } from './manifest-files.ts'
import { type KnownFile, readAgain } from './read-again.ts'
import type { SourceChange } from './source.ts'

export interface DirectoryOptions {
  /** Go on after the first batch, and report what changes. */
  readonly watch: boolean
  readonly holdoff: Holdoff
  /** Tells of every wish to look again, whether or not anything is watched. */
  readonly reload?: EventEmitter<{ reload: [] }>
  /** Hears why the files could not be looked at again; what was known stays. */
  readonly onFailure?: (error: unknown) => void
  /** Ends the watch. */
  readonly signal: AbortSignal
}

/** What is known of each file: its text, or why it could not be read. */
type Contents = ReadonlyMap<string, KnownFile>

/**
 * Reads files and folders (recursively, `.yaml`, `.yml` and `.json`, nothing hidden), then reports each file that changes.
 * Throws if a path does not exist at the start.
 */
export async function* directorySource(
  paths: readonly string[],
  options: DirectoryOptions,
): AsyncGenerator<SourceChange[], void> {
  for (const path of paths) await stat(path)
  // Watching starts before reading, so that no change falls between the two.
  const looks = await timesToLook(paths, options)
  let known = await readContents(paths)
  yield [...known].map(([file, { contents }]) => interpretFile(file, contents))
  for await (const _ of looks) {
    // An event only says when to look: renames, symlink swaps and lost events then need no care of their own.
    const current = await readContents(paths, known).catch(options.onFailure ?? rethrow)
    if (current === undefined) continue
    const changes = compareContents(known, current)
    known = current
    if (changes.length > 0) yield changes
  }
}

function rethrow(error: unknown): never {
  throw error
}

/** Says when to look, from the moment it resolves until the signal ends it. */
async function timesToLook(paths: readonly string[], options: DirectoryOptions): Promise<AsyncIterable<unknown>> {
  if (!options.watch && options.reload === undefined) return nothing()
  const looks = new EventEmitter()
  options.reload?.on('reload', () => looks.emit('look'))
  const watcher = options.watch ? await watchPaths(paths, looks) : undefined
  return batches(watcher, on(looks, 'look', { signal: options.signal }), options)
}

async function* nothing(): AsyncGenerator<never> {}

async function watchPaths(paths: readonly string[], looks: EventEmitter): Promise<FSWatcher> {
  const watcher = watch([...paths], { ignoreInitial: true })
  await once(watcher, 'ready')
  // A path that cannot be watched may have changed as well.
  for (const event of ['all', 'error'] as const) watcher.on(event, () => looks.emit('look'))
  return watcher
}

async function* batches(
  watcher: FSWatcher | undefined,
  events: AsyncIterable<unknown>,
  { holdoff, signal }: DirectoryOptions,
) {
  try {
    yield* gather(events, holdoff)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await watcher?.close()
  }
}

function compareContents(known: Contents, current: Contents): SourceChange[] {
  const gone = [...known.keys()].filter(file => !current.has(file))
  const changed = [...current].filter(([file, { contents }]) => !sameContents(known.get(file)?.contents, contents))
  return [
    ...gone.map(file => ({ origin: file, objects: [], diagnostics: [] })),
    ...changed.map(([file, { contents }]) => interpretFile(file, contents)),
  ]
}

function sameContents(a: string | Error | undefined, b: string | Error): boolean {
  return a instanceof Error && b instanceof Error ? a.message === b.message : a === b
}

/** Every path is listed anew, and only files that may differ from what is known are read. */
async function readContents(paths: readonly string[], known: Contents = new Map()): Promise<Contents> {
  const lists = await Promise.all(paths.map(path => listManifestFiles(path)))
  const files = [...new Set(lists.flat())]
  return new Map(await Promise.all(files.map(async file => [file, await readAgain(file, known.get(file))] as const)))
}
