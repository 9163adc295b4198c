/**
 * How kinds of server understand the path of a request they receive, each written on its own from what is known of
 * it, not from what the guard expects. What they return is text with nothing encoded, in Latin-1.
 */
export const UPSTREAMS: Readonly<Record<string, (path: string) => string>> = {
  /** Decodes everything once, merges slashes, resolves dot segments: nginx. */
  decodesThenMerges: path => resolve(merge(decode(path))),
  /** Decodes everything once and resolves dot segments, empty elements counting. */
  decodesAndKeepsEmpty: path => resolve(decode(path)),
  /** Turns only encoded slashes into slashes before it looks at the path: Envoy, when told to unescape them. */
  decodesSlashesOnly: path => resolve(merge(path.replace(/%2F/gi, '/').replace(/%5C/gi, '\\'))),
  /** Drops the parameters of each element before it decodes: Tomcat, Jetty, Spring. */
  dropsParametersFirst: path => resolve(merge(decode(withoutParameters(path)))),
  /** Decodes, then drops parameters, and takes backslashes for slashes. */
  dropsParametersLast: path => resolve(merge(withoutParameters(decode(path).replace(/\\/g, '/')))),
  /** Decodes overlong UTF-8, takes backslashes for slashes, drops dots and blanks at the end of names: an old Windows. */
  windows: path => {
    const slashed = decodeOverlong(decode(path)).replace(/\\/g, '/')
    const names = slashed.split('/').map(name => (/^\.\.?$/.test(name) ? name : name.replace(/[. \t-\r]+$/, '')))
    return resolve(merge(names.join('/')))
  },
  /** Decodes overlong UTF-8 without asking whether a byte continues the one before it. */
  decodesBrokenUtf8: path => resolve(merge(decodeBroken(decode(path)))),
  /** Decodes, and looks for the nearest ASCII to characters of full width: a database or a file system's "best fit". */
  foldsFullWidth: path => resolve(merge(foldFullWidth(decode(path)))),
  /** Decodes, then parses the result again as a URL reference, so that a decoded `?` ends the path. */
  parsesTwice: path => resolve(merge((decode(path).match(/^[^?#]*/) as RegExpMatchArray)[0])),
  /** Believes every character. */
  literal: path => path,
}

function decode(path: string): string {
  return path.replace(/%([0-9A-F]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

function decodeOverlong(text: string): string {
  return text
    .replace(/[\xc0\xc1]([\x80-\xbf])/g, (pair, tail: string) =>
      String.fromCharCode(((pair.charCodeAt(0) & 0x1f) << 6) + (tail.charCodeAt(0) - 0x80)),
    )
    .replace(/\xe0[\x80\x81]([\x80-\xbf])/g, (triple, tail: string) =>
      String.fromCharCode((triple.charCodeAt(1) - 0x80) * 64 + (tail.charCodeAt(0) - 0x80)),
    )
}

function decodeBroken(text: string): string {
  return text.replace(/[\xc0\xc1](.)/gs, (pair, tail: string) => {
    const code = ((pair.charCodeAt(0) & 1) << 6) | (tail.charCodeAt(0) & 0x3f)
    return code > 0x20 && code < 0x7f ? String.fromCharCode(code) : pair
  })
}

function foldFullWidth(text: string): string {
  return text.replace(/\xef(?:\xbc[\x81-\xbf]|\xbd[\x80-\x9e])/g, sequence =>
    String.fromCharCode(sequence.charCodeAt(1) * 64 + sequence.charCodeAt(2) - 0xbc * 64 - 0x80 + 0x20),
  )
}

function withoutParameters(path: string): string {
  return path
    .split('/')
    .map(element => element.split(';')[0])
    .join('/')
}

function merge(path: string): string {
  return path.replace(/\/+/g, '/')
}

/** A dot segment at the end leaves its slash, as in RFC 3986. */
function resolve(path: string): string {
  const elements: string[] = []
  for (const element of path
    .replace(/\/\.\.?$/, '$&/')
    .split('/')
    .slice(1)) {
    if (element === '..') elements.pop()
    else if (element !== '.') elements.push(element)
  }
  return `/${elements.join('/')}`
}
