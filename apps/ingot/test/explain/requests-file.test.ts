import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseRequest, readRequests } from '../../src/explain/requests-file.ts'

describe('a request as people write it', () => {
  it.each([
    ['http://a.test/x', { url: 'http://a.test/x' }],
    ['POST http://a.test/x', { method: 'POST', url: 'http://a.test/x' }],
    ['http://a.test/x ', { url: 'http://a.test/x ' }],
    [
      '{"url":"/x","method":"PUT","headers":{"host":["a","b"]}}',
      { url: '/x', method: 'PUT', headers: { host: ['a', 'b'] } },
    ],
  ])('%s', (text, expected) => {
    expect(parseRequest(text)).toEqual(expected)
  })

  it.each([
    ['{"url":', 'This is not JSON'],
    ['{"method":"GET"}', 'url'],
    ['{"url":"/","header":{}}', 'header'],
    ['{"url":1}', 'url'],
  ])('%s is refused by name', (text, message) => {
    expect(() => parseRequest(text)).toThrow(message)
  })
})

describe('a file of requests', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ingot-requests-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const read = async (text: string) => {
    const file = join(folder, 'requests')
    await writeFile(file, text)
    return collect(readRequests(file))
  }

  it('has one a line, whatever ends the lines, and may have comments and empty lines', async () => {
    expect(await read('# first\r\nhttp://a.test/\r\n\r\n{"url":"b.test/"}')).toEqual([
      { url: 'http://a.test/' },
      { url: 'b.test/' },
    ])
  })

  it('is refused with the number of the line that cannot be read', async () => {
    await expect(read('http://a.test/\n{"url":}\n')).rejects.toThrow(`${join(folder, 'requests')}:2: This is not JSON`)
  })

  it('is refused if it is not there', async () => {
    await expect(collect(readRequests(join(folder, 'gone')))).rejects.toThrow('cannot be read')
  })
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
