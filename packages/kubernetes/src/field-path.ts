/** The way to a field from the top of its object: `['spec', 'rules', 0, 'host']`. */
export type FieldPath = readonly (string | number)[]

const plainKey = /^[A-Za-z_][A-Za-z0-9_-]*$/

/** The path as people write it: `spec.rules[0].host`; keys with dots or slashes are quoted. */
export function formatField(path: FieldPath): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (plainKey.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part)}]`
  }
  return text
}
