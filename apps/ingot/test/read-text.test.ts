import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeText, readText } from '../src/sources/read-text.ts'

const text = 'kind: Ingress # Grüße\r\n'
const utf16 = Buffer.from(text, 'utf16le')

describe('text', () => {
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16, little-endian', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['UTF-16 without a byte order mark', utf16],
    ['big-endian UTF-16 without a byte order mark', Buffer.from(utf16).swap16()],
  ])('is read in %s', (_, bytes) => {
    expect(decodeText(bytes)).toBe(text)
  })

  it('may be empty', () => {
    expect(decodeText(new Uint8Array())).toBe('')
  })

  it('has no zero bytes: that is binary data', () => {
    expect(decodeText(Buffer.from('\x7fELF\0\0\x01'))).toEqual(new Error('it is not text, but binary data'))
  })
})

describe('a file', () => {
  it('is read, and if it cannot be, the reason comes in its place', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ingot-text-'))
    await writeFile(join(folder, 'a.yaml'), text)
    expect(await readText(join(folder, 'a.yaml'))).toBe(text)
    expect(await readText(join(folder, 'b.yaml'))).toMatchObject({ code: 'ENOENT' })
    await rm(folder, { recursive: true })
  })
})
