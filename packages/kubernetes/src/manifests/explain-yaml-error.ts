import type { YAMLError } from 'yaml'

/** What a fault in YAML usually comes from, where the parser's own words need knowledge of its insides. */
const plainWords: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'The line is indented with a tab, and YAML allows only spaces',
  BAD_INDENT: 'The indentation of this line does not fit the lines above it',
  BLOCK_AS_IMPLICIT_KEY:
    'There are two colons in one line; put the value in quotes, or the inner key on a line of its own',
  MULTILINE_IMPLICIT_KEY: 'This text looks like a key, but no colon follows on its line',
  UNEXPECTED_TOKEN: 'There is more text after the end of a value; is a quote, a comma or a line end missing?',
  BAD_DQ_ESCAPE: 'A backslash in double quotes begins no known escape; write it twice, or use single quotes',
  BLOCK_IN_FLOW: 'Inside brackets or braces everything has to be written with brackets, braces and commas',
}

/** The fault in words that someone who only writes manifests understands, without a full stop. */
export function explainYamlError({ code, message }: YAMLError): string {
  return plainWords[code] ?? message
}
