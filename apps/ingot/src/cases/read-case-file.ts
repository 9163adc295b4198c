import { readFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { text as readStream } from 'node:stream/consumers'
import * as v from 'valibot'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { UnusableInput } from '../unusable-input.ts'
import { type CaseFile, caseFileSchema } from './case-file.ts'

/** A file of routing tests, and where each test is in it. */
export interface ReadCaseFile extends CaseFile {
  readonly file: string
  /** The line of each test. */
  readonly lines: readonly number[]
}

/**
 * Reads a file of routing tests, or standard input for `-`; paths of manifests become relative to where the program runs.
 *
 * @throws UnusableInput with file and line of what is wrong.
 */
export async function readCaseFile(file: string): Promise<ReadCaseFile> {
  const text = await (file === '-' ? readStream(process.stdin) : readFile(file, 'utf8')).catch((error: Error) => {
    throw new UnusableInput(`The tests in ${file} cannot be read: ${error.message}`)
  })
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const lineOf = (path: readonly unknown[]) => lineAt(document, path, counter)
  const [problem] = document.errors
  if (problem !== undefined) throw new UnusableInput(`${file}:${problem.linePos?.[0].line ?? 1}: ${problem.message}`)
  const parsed = v.safeParse(caseFileSchema, document.toJS() ?? {})
  if (!parsed.success) {
    const [issue] = parsed.issues
    const path = issue.path?.map(({ key }) => key) ?? []
    const field = v.getDotPath(issue)
    throw new UnusableInput(`${file}:${lineOf(path)}: ${field === null ? '' : `${field}: `}${issue.message}`)
  }
  const folder = dirname(file)
  return {
    ...parsed.output,
    manifests: parsed.output.manifests?.map(path => (isAbsolute(path) || path === '-' ? path : join(folder, path))),
    file,
    lines: parsed.output.tests.map((_, index) => lineOf(['tests', index])),
  }
}

/** The line of the node at a path, or of the nearest node around it. */
function lineAt(document: Document, path: readonly unknown[], counter: LineCounter): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return counter.linePos(node.range[0]).line
  }
  return 1
}
