import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import * as v from 'valibot'
import { UnusableInput } from '../unusable-input.ts'
import type { RequestToExplain } from './read-request.ts'

/** A request in a file: as JSON, or in the words of {@link RequestToExplain}. */
export const requestSchema = v.strictObject({
  url: v.string(),
  method: v.optional(v.string()),
  headers: v.optional(v.record(v.string(), v.union([v.string(), v.array(v.string())]))),
  httpVersion: v.optional(v.picklist(['1.0', '1.1', '2'])),
})

/**
 * Reads requests, one a line: a URL, `METHOD URL`, or a JSON object with `url`, `method`, `headers` and `httpVersion`.
 * Empty lines and lines that begin with `# ` are passed over.
 *
 * @throws UnusableInput with the number of the line that cannot be read.
 */
export async function* readRequests(file: string): AsyncGenerator<RequestToExplain, void> {
  const input = file === '-' ? process.stdin : createReadStream(file)
  let line = 0
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line++
      // Nothing is trimmed: a blank at the end of a URL is what the request has.
      if (text !== '' && !text.startsWith('# ')) yield parseRequest(text)
    }
  } catch (error) {
    if (error instanceof UnusableInput) throw new UnusableInput(`${file}:${line}: ${error.message}`)
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
    throw new UnusableInput(`The requests in ${file} cannot be read: ${(error as Error).message}`)
  }
}

/**
 * One request as people write it.
 *
 * @throws UnusableInput if it begins like JSON and is none, or has fields that no request has.
 */
export function parseRequest(text: string): RequestToExplain {
  if (!text.startsWith('{')) {
    const [, method, url] = /^([A-Z]{3,10}) (\S.*)$/.exec(text) ?? []
    return method === undefined ? { url: text } : { method, url: url! }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UnusableInput(`This is not JSON: ${(error as Error).message}`)
  }
  const parsed = v.safeParse(requestSchema, value)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw new UnusableInput(`${v.getDotPath(issue) ?? 'The request'}: ${issue.message}`)
}
