import type { UpstreamRequest } from './transport.ts'

/**
 * A request's head with the framing of its body: one length, or chunks. `authority` is sent as Host only if the request
 * names none. Names and values are sent as they are, one byte a character.
 */
export function requestHead({ method, path, headers, body }: UpstreamRequest, authority: string): string {
  let head = `${method} ${path} HTTP/1.1\r\n`
  if (headers[0] !== 'Host') head += `Host: ${authority}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
  if (body === undefined) return `${head}${announcesNone(method) ? 'Content-Length: 0\r\n' : ''}\r\n`
  const framing = body.length === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`
  return `${head}${framing}\r\n\r\n`
}

/** RFC 9110 8.6: where a body is usual, its absence is said. */
function announcesNone(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH'
}
