import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readByNode, readStrictly } from '../support/parsed-response.ts'

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/)
const value = fc.stringMatching(/^[!-~\x80-\xff](?:[\t -~\x80-\xff]{0,20}[!-~\x80-\xff])?$|^$/)
// Framing is the model's to choose.
const field = fc
  .tuple(token, value)
  .filter(([name]) => !/^(content-length|transfer-encoding|connection|keep-alive|upgrade|trailer)$/i.test(name))
const bytes = fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array).toString('latin1'))
const cuts = fc.array(fc.nat({ max: 900 }), { maxLength: 12 })

interface Model {
  readonly status: number
  readonly fields: readonly (readonly [string, string])[]
  readonly chunks: readonly string[]
  readonly framing: 'length' | 'chunked' | 'close'
  readonly trailers: readonly (readonly [string, string])[]
}

const model = (...statuses: readonly number[]): fc.Arbitrary<Model> =>
  fc.record({
    status: fc.constantFrom(...statuses),
    fields: fc.array(field, { maxLength: 5 }),
    chunks: fc.array(
      bytes.filter(chunk => chunk !== ''),
      { maxLength: 4 },
    ),
    framing: fc.constantFrom('length', 'chunked', 'close'),
    trailers: fc.array(field, { maxLength: 2 }),
  })

const lines = (fields: readonly (readonly [string, string])[]) => fields.map(([n, v]) => `${n}: ${v}\r\n`).join('')

function write({ status, fields, chunks, framing, trailers }: Model): string {
  const body = chunks.join('')
  const head = `HTTP/1.1 ${status} Some Reason\r\n${lines(fields)}`
  if (framing === 'close') return `${head}\r\n${body}`
  if (framing === 'length') return `${head}Content-Length: ${body.length}\r\n\r\n${body}`
  const written = chunks.map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')
  return `${head}Transfer-Encoding: chunked\r\n\r\n${written}0\r\n${lines(trailers)}\r\n`
}

describe('the strict parser', () => {
  it('reads what was written, cut anywhere', () => {
    fc.assert(
      fc.property(model(200, 201, 206, 404, 599), cuts, (written, where) => {
        const { response, problem, surplus } = readStrictly(Buffer.from(write(written), 'latin1'), where)
        expect(problem).toBe(undefined)
        expect(surplus).toBe(0)
        expect(response?.status).toBe(written.status)
        expect(response?.body).toBe(written.chunks.join(''))
        expect(response?.headers.slice(0, written.fields.length * 2)).toEqual(written.fields.flat())
        if (written.framing === 'chunked') expect(response?.trailers).toEqual(written.trailers.flat())
      }),
    )
  })

  // Pieces that matter to framing are put in and taken out more often than chance would.
  const piece = fc.constantFrom(
    ...['\r', '\n', '\r\n', '\0', ' ', '\t', ':', ';', '0', '1', '0\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n', '\r\n\r\n'],
    ...['Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n', 'Connection: close\r\n', ' folded\r\n', 'x', '\x80'],
  )
  const mutation = fc.record({
    at: fc.nat({ max: 700 }),
    drop: fc.nat({ max: 3 }),
    put: fc.oneof(piece, fc.constant('')),
  })
  const mutated = fc
    .tuple(model(200, 204, 304, 500), fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([written, mutations]) => {
      let text = write(written)
      for (const { at, drop, put } of mutations) {
        const where = at % (text.length + 1)
        text = text.slice(0, where) + put + text.slice(where + drop)
      }
      return Buffer.from(text, 'latin1')
    })

  it('reads the same however what is malformed is cut', () => {
    fc.assert(
      fc.property(mutated, cuts, fc.boolean(), (text, where, isHead) => {
        const whole = readStrictly(text, [], isHead)
        const cut = readStrictly(text, where, isHead)
        expect(cut.response).toEqual(whole.response)
        expect(cut.surplus).toBe(whole.surplus)
        expect(cut.problem === undefined).toBe(whole.problem === undefined)
      }),
      { numRuns: 1_000 },
    )
  })

  it('accepts nothing that llhttp refuses, and reads nothing else in it', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, fc.boolean(), async (text, isHead) => {
        const { response, surplus } = readStrictly(text, [], isHead)
        if (response === undefined) return
        const byNode = await readByNode(text.subarray(0, text.length - surplus), isHead)
        expect(byNode).toEqual(response)
      }),
      { numRuns: 1_000 },
    )
  })
})
