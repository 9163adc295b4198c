import { describe, expect, it } from 'vitest'
import { readTraceparent, writeTraceparent } from '../../src/telemetry/trace-context.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const span = 'b7ad6b7169203331'

describe('traceparent', () => {
  it.each([
    [`00-${trace}-${span}-01`, 1],
    [`00-${trace}-${span}-00`, 0],
    // A later version may say more, and other flags (3.2.2, 3.2.4).
    [`01-${trace}-${span}-03-more`, 1],
  ])('is read: %s', (text, traceFlags) => {
    expect(readTraceparent(text)).toEqual({ traceId: trace, spanId: span, traceFlags, isRemote: true })
  })

  it.each([
    undefined,
    '',
    `ff-${trace}-${span}-01`,
    `00-${trace}-${span}-01-more`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}`,
  ])('that is none starts a trace of its own: %s', text => {
    expect(readTraceparent(text)).toBeUndefined()
  })

  it('is written in the place of all that were there', () => {
    const headers = ['Host', 'a', 'Traceparent', 'x', 'TRACEPARENT', 'y', 'B', 'b']
    writeTraceparent(headers, { traceId: trace, spanId: span, traceFlags: 1 })
    expect(headers).toEqual(['Host', 'a', 'B', 'b', 'traceparent', `00-${trace}-${span}-01`])
  })
})
