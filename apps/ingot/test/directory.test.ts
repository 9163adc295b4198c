import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { directorySource } from '../src/sources/directory.ts'
import type { SourceChange } from '../src/sources/source.ts'
import { ingress } from './e2e/manifests.ts'

let folder: string
let stop: AbortController

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-'))
  stop = new AbortController()
})
afterEach(async () => {
  stop.abort()
  await rm(folder, { recursive: true })
})

const manifest = (name: string) => ingress(name, undefined, { '/': 'web' })
const open = (watch: boolean, ...paths: string[]) =>
  directorySource(paths.length > 0 ? paths : [folder], {
    watch,
    holdoff: { quiet: 20, limit: 500 },
    signal: stop.signal,
  })
const namesIn = (changes: unknown) =>
  (changes as SourceChange[]).flatMap(change => change.objects.map(object => object.metadata.name))

it('reads YAML and JSON files below a folder, and passes over other and hidden ones', async () => {
  await mkdir(join(folder, 'deep'))
  await mkdir(join(folder, '..data'), { recursive: true })
  await writeFile(join(folder, 'a.yaml'), manifest('a'))
  await writeFile(join(folder, 'deep', 'b.json'), manifest('b'))
  await writeFile(join(folder, 'notes.txt'), manifest('c'))
  await writeFile(join(folder, '.hidden.yaml'), manifest('d'))
  expect(namesIn((await open(false).next()).value)).toEqual(['a', 'b'])
})

it('ends after the first batch if it is not to watch', async () => {
  const source = open(false)
  await source.next()
  expect(await source.next()).toEqual({ done: true, value: undefined })
})

it('reads a file that is named, whatever its ending', async () => {
  await writeFile(join(folder, 'manifest'), manifest('a'))
  expect(namesIn((await open(false, join(folder, 'manifest')).next()).value)).toEqual(['a'])
})

it('throws for a path that is not there', async () => {
  await expect(open(false, join(folder, 'nowhere')).next()).rejects.toThrow('nowhere')
})

it('reports a change that happens between reading and the wait for it', async () => {
  await writeFile(join(folder, 'a.yaml'), manifest('a'))
  const source = open(true)
  await source.next()
  await writeFile(join(folder, 'b.yaml'), manifest('b'))
  expect(namesIn((await source.next()).value)).toEqual(['b'])
})

it('reports a renamed file as one that is gone and one that is new', async () => {
  await writeFile(join(folder, 'a.yaml'), manifest('a'))
  const source = open(true)
  await source.next()
  await rename(join(folder, 'a.yaml'), join(folder, 'b.yaml'))
  const { value } = await source.next()
  expect((value as SourceChange[]).map(({ origin, objects }) => [origin, objects.length])).toEqual([
    [join(folder, 'a.yaml'), 0],
    [join(folder, 'b.yaml'), 1],
  ])
})

it('follows a mounted ConfigMap, whose files are links through a folder that is swapped', async () => {
  for (const [version, name] of [
    ['1', 'old'],
    ['2', 'new'],
  ] as const) {
    await mkdir(join(folder, `..${version}`))
    await writeFile(join(folder, `..${version}`, 'a.yaml'), manifest(name))
  }
  await symlink('..1', join(folder, '..data'))
  await symlink(join('..data', 'a.yaml'), join(folder, 'a.yaml'))
  const source = open(true)
  expect(namesIn((await source.next()).value)).toEqual(['old'])
  await symlink('..2', join(folder, '..tmp'))
  await rename(join(folder, '..tmp'), join(folder, '..data'))
  expect(namesIn((await source.next()).value)).toEqual(['new'])
})

it('reports a file that cannot be read, by name', async () => {
  await mkdir(join(folder, 'is-a-folder'))
  await symlink('is-a-folder', join(folder, 'a.yaml'))
  const { value } = await open(false).next()
  expect((value as SourceChange[])[0]!.diagnostics).toMatchObject([
    { code: 'unreadable-file', position: { file: join(folder, 'a.yaml') } },
  ])
})

it('ends when it is told to', async () => {
  const source = open(true)
  await source.next()
  const next = source.next()
  stop.abort()
  expect((await next).done).toBe(true)
})
