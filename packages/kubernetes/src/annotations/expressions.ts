import { RE2JS } from 're2js'

/** As large as the proxy takes them: characters, and instructions. */
const maxLength = 512
const maxProgram = 256

const known = new Map<string, string | undefined>()
const maxKnown = 4_096

/** Why a regular expression cannot be matched in a time that is linear in the text; `undefined` if it can. */
export function refuseExpression(source: string): string | undefined {
  if (known.has(source)) return known.get(source)
  const reason = whyNot(source)
  if (known.size >= maxKnown) known.clear()
  known.set(source, reason)
  return reason
}

function whyNot(source: string): string | undefined {
  if (source.length > maxLength) return `it is longer than ${maxLength} characters`
  try {
    return RE2JS.compile(source, RE2JS.CASE_INSENSITIVE).programSize() > maxProgram ? 'it is too large' : undefined
  } catch {
    return 'it is malformed, or has look-around, back-references or possessive groups, which take a time without limit'
  }
}

/** An expression for at least what `source`, anchored in front, fits: the plain text it begins with, and anything. */
export function coveringExpression(source: string): string {
  if (source.includes('|')) return '/'
  const [plain = ''] = /^[A-Za-z0-9/_~-]*/.exec(source) ?? []
  const isOptional = /^[?*{]/.test(source.slice(plain.length))
  return (isOptional ? plain.slice(0, -1) : plain) || '/'
}
