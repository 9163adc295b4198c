import { RE2JS } from 're2js'

/** The longest expression, in characters. */
const maxLength = 512
/** The largest program, in instructions: a path of 8 KiB costs at most as many steps a character. */
const maxProgram = 256
/** Compiled expressions that are kept, over all routes: routes change often, and their expressions seldom. */
const maxKept = 4_096

const kept = new Map<string, RE2JS>()

/**
 * An expression of RE2, whose matching takes a time that is linear in the text, whatever the text. Compiled once.
 * Throws `TypeError` for one that is none, or larger than 256 instructions.
 */
export function compileExpression(source: string, flags: { readonly ignoreCase: boolean }): RE2JS {
  const key = `${flags.ignoreCase ? 'i' : ''}/${source}`
  const known = kept.get(key)
  if (known !== undefined) return known
  const compiled = compile(source, flags.ignoreCase)
  if (kept.size >= maxKept) kept.delete(kept.keys().next().value!)
  kept.set(key, compiled)
  return compiled
}

function compile(source: string, ignoreCase: boolean): RE2JS {
  if (source.length > maxLength) throw new TypeError(`an expression of more than ${maxLength} characters`)
  let expression: RE2JS
  try {
    expression = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
  } catch (cause) {
    throw new TypeError(`not an expression of RE2: ${JSON.stringify(source)}`, { cause })
  }
  if (expression.programSize() > maxProgram) throw new TypeError(`too large an expression: ${JSON.stringify(source)}`)
  return expression
}
