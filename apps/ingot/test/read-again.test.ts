import { mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readAgain } from '../src/sources/read-again.ts'

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-again-'))
  file = join(folder, 'a.yaml')
  await writeFile(file, 'old')
})
afterEach(async () => {
  vi.useRealTimers()
  await rm(folder, { recursive: true })
})

/** As if files had been written long ago. */
function muchLater(): void {
  vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] })
}

test('does not read a file again that has not changed', async () => {
  muchLater()
  const known = await readAgain(file, undefined)
  expect(known.contents).toBe('old')
  expect(await readAgain(file, known)).toBe(known)
})

test('reads a file again that was written so lately that its times need not tell', async () => {
  const known = await readAgain(file, undefined)
  expect(known.version).toBeUndefined()
  expect(await readAgain(file, known)).not.toBe(known)
})

test('reads a file again whose times are of the future', async () => {
  muchLater()
  await utimes(file, new Date(), new Date(Date.now() + 600_000))
  expect((await readAgain(file, undefined)).version).toBeUndefined()
})

test('reads what was written over a file, of the same length and with the times of before', async () => {
  muchLater()
  const known = await readAgain(file, undefined)
  await utimes(file, 1, 1)
  const again = await readAgain(file, known)
  // A step of the clock of the file system.
  await sleep(50)
  await writeFile(file, 'new')
  await utimes(file, 1, 1)
  expect((await readAgain(file, again)).contents).toBe('new')
})

test('reads another file in the place of one, and what a link leads to by now', async () => {
  muchLater()
  const link = join(folder, 'link.yaml')
  await symlink(file, link)
  const known = await readAgain(link, undefined)
  await writeFile(join(folder, 'b.yaml'), 'new')
  await rename(join(folder, 'b.yaml'), file)
  expect((await readAgain(link, known)).contents).toBe('new')
})

test('says why a file cannot be read, and reads it when it can be', async () => {
  muchLater()
  const known = await readAgain(file, undefined)
  await rm(file)
  const gone = await readAgain(file, known)
  expect(gone.contents).toBeInstanceOf(Error)
  await writeFile(file, 'back')
  expect((await readAgain(file, gone)).contents).toBe('back')
})
