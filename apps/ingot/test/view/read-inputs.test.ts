import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UnusableInput } from '../../src/unusable-input.ts'
import { readInputs } from '../../src/view/read-inputs.ts'

const service = (name: string) =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { ports: [{ port: 80 }] }\n`

describe('what -f names', () => {
  let folder: string
  const at = (...names: string[]) => join(folder, ...names)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ingot-inputs-'))
    await mkdir(at('team', 'deep'), { recursive: true })
    await mkdir(at('empty'))
    await mkdir(at('broken'))
    await writeFile(at('team', 'a.yaml'), service('a'))
    await writeFile(at('team', 'deep', 'b.yml'), service('b'))
    await writeFile(at('team', 'resolve.yaml'), 'a: localhost:3000\n')
    await writeFile(at('c.txt'), service('c'))
    await symlink(at('gone.yaml'), at('broken', 'link.yaml'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const names = async (...paths: string[]) => (await readInputs(paths)).objects.map(({ metadata }) => metadata.name)

  it('can be a file of any name', async () => {
    expect(await names(at('c.txt'))).toEqual(['c'])
  })

  it('can be a folder, with what is below it', async () => {
    expect(await names(at('team'))).toEqual(['a', 'b'])
  })

  it('can be a glob', async () => {
    expect(await names(at('team', '**', '*.yml'))).toEqual(['b'])
  })

  it.skipIf(process.getuid?.() === 0)('may have a folder that cannot be read, which is told like a file', async () => {
    await mkdir(at('partly', 'closed'), { recursive: true })
    await writeFile(at('partly', 'd.yaml'), service('d'))
    await chmod(at('partly', 'closed'), 0)
    const { objects, diagnostics } = await readInputs([at('partly')])
    await chmod(at('partly', 'closed'), 0o700)
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['d'])
    expect(diagnostics).toMatchObject([{ code: 'unreadable-file', position: { file: at('partly', 'closed') } }])
  })

  it('can be said several times, and is read once', async () => {
    expect(await names(at('c.txt'), at('team'), at('team', 'a.yaml'))).toEqual(['c', 'a', 'b'])
  })

  it('can be standard input', async () => {
    const { objects, files, named } = await readInputs(['-'], { stdin: Readable.from([service('piped')]) })
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['piped'])
    expect([files, [...named]]).toEqual([['<stdin>'], ['<stdin>']])
  })

  it('may hold a resolve.yaml', async () => {
    expect((await readInputs([at('team')])).resolve).toEqual([
      { service: 'a', endpoints: [{ address: 'localhost', port: 3000 }] },
    ])
  })

  it('gives objects without namespace the one that was asked for', async () => {
    const { objects } = await readInputs([at('c.txt')], { defaultNamespace: 'shop' })
    expect(objects[0]!.metadata.namespace).toBe('shop')
  })

  it('tells how far the reading is', async () => {
    const told: string[] = []
    await readInputs([at('team')], { onFile: (done, total) => told.push(`${done}/${total}`) })
    expect(told).toEqual(['0/3', '1/3', '2/3', '3/3'])
  })

  it('may hold a file that cannot be read, which is a finding', async () => {
    expect((await readInputs([at('broken')])).diagnostics.map(({ code }) => code)).toEqual(['unreadable-file'])
  })

  it.each([
    ['a path that leads nowhere', 'nothing-here', /There is no file or folder/],
    ['a folder without manifests', 'empty', /has no .yaml, .yml or .json files/],
    ['a glob that nothing matches', 'team/*.json', /Nothing matches/],
  ])('cannot be %s', async (_, path, message) => {
    const reading = readInputs([at(path)])
    await expect(reading).rejects.toThrow(UnusableInput)
    await expect(reading).rejects.toThrow(message)
  })
})
