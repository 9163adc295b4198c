import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../../..')
const sources = globSync(['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'], { cwd: root })

/** As long as the head of a request may be by default: nobody who is not trusted hands over more in one piece. */
const length = 16_384

/** Every regular expression that is written in a source. */
function expressionsIn(file: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node) => {
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text)
    node.forEachChild(visit)
  }
  visit(ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest))
  return found
}

/** Inputs of the expression's own characters, over and over, with an end that does not fit. */
function attacks(expression: string): string[] {
  const own = [...new Set([...expression.replace(/\\[a-zA-Z]/g, ''), ...'a0 ./-'])].filter(
    character => character !== '\n',
  )
  const words = expression.match(/[a-z0-9]{2,}/gi) ?? []
  const pieces = [...own, ...words, ...own.slice(0, 8).map(character => `a${character}`)]
  return pieces.map(piece => `${piece.repeat(Math.ceil(length / piece.length)).slice(0, length)}\u0000`)
}

function withstands(expression: string): boolean {
  const code = `const expression = ${expression}; for (const attack of attacks) { expression.lastIndex = 0; attack.replace(expression, '') }`
  try {
    runInNewContext(code, { attacks: attacks(expression) }, { timeout: 5_000 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false
    throw error
  }
}

describe('regular expressions', () => {
  const expressions = new Map(sources.flatMap(file => expressionsIn(file).map(text => [text, file] as const)))

  it('in the sources end in time, whatever is repeated to fill the head of a request', () => {
    expect(expressions.size).toBeGreaterThan(20)
    expect([...expressions].filter(([text]) => !withstands(text))).toEqual([])
  }, 240_000)

  it('that backtrack without end are found', () => {
    expect(withstands('/^(a+)+$/')).toBe(false)
  }, 60_000)

  // Others may be joined to one.
  it('are never made of text at run time where requests are served', () => {
    const made = sources
      .filter(file => /packages\/(core|proxy)/.test(file))
      .filter(file =>
        /new RegExp\((?!patterns\.map\(pattern => pattern\.source\))/.test(readFileSync(join(root, file), 'utf8')),
      )
    expect(made).toEqual([])
  })
})
