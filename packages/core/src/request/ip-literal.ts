/**
 * Whether `host`, normalised or as a rule writes it, is an address and not a name: dotted IPv4, or IPv6 in brackets.
 * An address never matches a rule that has a host (semantics 1.9).
 */
export function isIpLiteral(host: string): boolean {
  return host.charCodeAt(0) === OPENING_BRACKET || isIpv4(host)
}

/**
 * Whether `host` is an IPv4 address: four decimal numbers up to 255 between dots. Leading zeros are allowed, because
 * the API server takes `010.0.0.1` for an address too; `127.1` and `0x7f.0.0.1` are names to both.
 */
export function isIpv4(host: string): boolean {
  return isIpv4Between(host, 0, host.length)
}

/**
 * Whether the characters from `start` up to `end` are an IPv6 address in one of the three text forms of RFC 4291,
 * section 2.2. A zone (`%eth0`) is no part of an address.
 */
export function isIpv6Between(text: string, start: number, end: number): boolean {
  let compressed = text.startsWith('::', start)
  let groups = 0
  let position = compressed ? start + 2 : start
  while (position < end) {
    const groupEnd = endOfHexDigits(text, position, end)
    if (groupEnd < end && text.charCodeAt(groupEnd) === DOT) {
      return isIpv4Between(text, position, end) && isComplete(groups + 2, compressed)
    }
    if (groupEnd === position || groupEnd > position + 4) return false
    groups++
    if (groupEnd === end) break
    position = groupEnd + 1
    if (text.charCodeAt(groupEnd) !== COLON || position === end) return false
    if (text.charCodeAt(position) === COLON) {
      if (compressed) return false
      compressed = true
      position++
    }
  }
  return isComplete(groups, compressed)
}

/** Eight groups make an address; `::` stands for at least one of them. */
function isComplete(groups: number, compressed: boolean): boolean {
  return compressed ? groups < 8 : groups === 8
}

function isIpv4Between(text: string, start: number, end: number): boolean {
  let octets = 0
  let octet = NO_DIGIT
  for (let position = start; position < end; position++) {
    const code = text.charCodeAt(position)
    if (code >= ZERO && code <= NINE) {
      octet = (octet === NO_DIGIT ? 0 : octet * 10) + code - ZERO
      if (octet > 255) return false
    } else {
      if (code !== DOT || octet === NO_DIGIT) return false
      octets++
      octet = NO_DIGIT
    }
  }
  return octets === 3 && octet !== NO_DIGIT
}

function endOfHexDigits(text: string, start: number, end: number): number {
  let position = start
  while (position < end && isHexDigit(text.charCodeAt(position))) position++
  return position
}

function isHexDigit(code: number): boolean {
  const lower = code | 0x20
  return (code >= ZERO && code <= NINE) || (lower >= 0x61 && lower <= 0x66)
}

const NO_DIGIT = -1
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPENING_BRACKET = 0x5b
