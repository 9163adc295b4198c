import type { OutgoingHttpHeaders, ServerHttp2Stream, ServerStreamResponseOptions } from 'node:http2'
import { groupByName } from './http2-fields.ts'

/** What follows a response's head: nothing, a body that ends the stream, or a body and perhaps trailers. */
export type HeadKind = 'all' | 'body' | 'open'

// Made once: nobody changes them. Without a body trailers are never asked for; that they might be keeps Node from closing
// the stream on its own.
const optionsOf: Readonly<Record<HeadKind, ServerStreamResponseOptions>> = {
  all: { endStream: true, waitForTrailers: true },
  body: {},
  open: { waitForTrailers: true },
}

/** Since Node 24.7 fields may be given as a list, which saves an object with a property for each, and its copy. */
let takesLists = true

/** Sends a response's head; `fields` is the callee's from then on. Throws if HTTP/2 cannot carry it. */
export function sendHead(
  stream: ServerHttp2Stream,
  status: number,
  fields: string[],
  kind: HeadKind,
  sendDate: boolean,
): void {
  const options = sendDate ? optionsOf[kind] : { ...optionsOf[kind], sendDate }
  if (takesLists && sendList(stream, status, fields, options)) return
  stream.respond({ ...groupByName(fields), ':status': status } as OutgoingHttpHeaders, options)
}

/** `false` if this Node takes no list. */
function sendList(
  stream: ServerHttp2Stream,
  status: number,
  fields: string[],
  options: ServerStreamResponseOptions,
): boolean {
  try {
    fields.push(':status', String(status))
    stream.respond(fields as never, options)
    return true
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_INVALID_ARG_TYPE') throw error
    takesLists = false
    return false
  }
}
