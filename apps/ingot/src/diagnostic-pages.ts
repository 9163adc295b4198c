import { readFileSync } from 'node:fs'
import type { FindingCode } from './check/finding-codes.ts'

/** Where the pages are: beside the built program, or in the documentation beside its sources. */
const FOLDERS = ['./diagnostics/', '../../../docs/diagnostics/']

/** The documentation page of a code, as Markdown; `undefined` if this copy of the program has none. */
export function diagnosticPage(code: FindingCode): string | undefined {
  for (const folder of FOLDERS) {
    try {
      return readFileSync(new URL(`${folder}${code}.md`, import.meta.url), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return undefined
}
