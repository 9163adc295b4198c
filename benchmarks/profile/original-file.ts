import { readFileSync } from 'node:fs'
import type { Profiler } from 'node:inspector'
import { SourceMap } from 'node:module'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const maps = new Map<string, SourceMap | undefined>()

/**
 * The file that a function was written in, before it was bundled: `packages/proxy/src/handler.ts`,
 * `undici/lib/core/request.js`, `node:net`; empty for what is native.
 */
export function originalFile({ url, lineNumber, columnNumber }: Profiler.ProfileNode['callFrame']): string {
  const library = url.lastIndexOf('node_modules/')
  if (library >= 0) return url.slice(library + 'node_modules/'.length)
  if (!url.startsWith('file:')) return url
  const entry = mapOf(url)?.findEntry(lineNumber, columnNumber)
  const source = entry !== undefined && 'originalSource' in entry ? entry.originalSource : undefined
  const written = source === undefined ? url : posix.join(posix.dirname(new URL(url).pathname), source)
  return written.replace(/^.*?\/((?:packages|apps)\/)/, '$1')
}

function mapOf(url: string): SourceMap | undefined {
  if (!maps.has(url)) maps.set(url, readMap(`${fileURLToPath(url)}.map`))
  return maps.get(url)
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
