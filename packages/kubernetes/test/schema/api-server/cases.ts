import fc from 'fast-check'
import { anyCase } from './generated.ts'
import type { ValidationCase } from './mutation.ts'
import { table } from './table.ts'

/** What is recorded: the table, and the same random cases each time. */
export function casesToRecord(): ValidationCase[] {
  return [...table, ...fc.sample(anyCase, { seed: 1, numRuns: 600 })]
}
