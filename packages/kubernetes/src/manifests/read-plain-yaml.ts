import {
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  load,
  mapTag,
  NOT_RESOLVED,
  Schema,
  seqTag,
  strTag,
} from 'js-yaml'

/**
 * Reads YAML an order of magnitude faster than the parser that knows positions, as long as there is no doubt:
 * `undefined` for whatever two parsers might understand differently (aliases, tags, odd keys and numbers, duplicate
 * keys, errors), which the other parser has to read. What it does read, it reads as that one does with `yamlOptions`.
 */
export function readPlainYaml(text: string): { readonly value: unknown } | undefined {
  if (unusual.test(text)) return undefined
  try {
    return { value: load(text, { schema, maxAliases: 0, maxDepth: 200 }) }
  } catch {
    // Doubts and errors alike: the other parser finds out, and says where.
    return undefined
  }
}

/** Unusual characters and line ends, tags, directives, document marks within the text, explicit keys. */
const unusual =
  /[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]|(?:^|[\s,[{])[!?]|^%|\n(?:---|\.\.\.)(?:\s|$)|(?:^|\n) +(?:---|\.\.\.)/

/** Plain scalars that are certainly what they seem to be; any other throws and ends the reading. */
const certainScalar = defineScalarTag<unknown>('tag:yaml.org,2002:certain', {
  implicit: true,
  identify: () => false,
  resolve: text => {
    if (/^(?:0|-?[1-9][0-9]{0,14})$/.test(text)) return Number(text)
    if (/^[A-Za-z_/]/.test(text)) return isKeyword(text) ? keyword(text) : NOT_RESOLVED
    // Only what no notation of numbers can be is certainly text.
    if (/^[0-9]/.test(text) && /[g-mp-wyzG-MP-WYZ/]|\..*\./.test(text)) return NOT_RESOLVED
    if (text === '') return null
    throw doubt(text)
  },
})

/** Keys that are text, and none that means something to JavaScript or YAML. */
const certainMap = defineMappingTag('tag:yaml.org,2002:map', {
  ...mapTag,
  addPair: (map: Record<string, unknown>, key, value) => {
    if (typeof key !== 'string' || key === '__proto__' || key === '<<') throw doubt(String(key))
    return mapTag.addPair(map, key, value)
  },
})

/** A list that has grown has room for sixteen more, and most lists in a cluster are of one. */
const exactList = defineSequenceTag('tag:yaml.org,2002:seq', { ...seqTag, finalize: list => list.slice() })

const schema = new Schema([certainScalar, strTag, exactList, certainMap])

function isKeyword(text: string): boolean {
  return text.length <= 5 && /^(?:y|yes|n|no|on|off|true|false|null)$/i.test(text)
}

/** The keywords that people use; the other parser may decide on the rest. */
function keyword(text: string): boolean | null {
  if (text === 'true') return true
  if (text === 'false') return false
  if (text === 'null') return null
  throw doubt(text)
}

function doubt(text: string): Error {
  return new Error(`not certain: ${text}`)
}
