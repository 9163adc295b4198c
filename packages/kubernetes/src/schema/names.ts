import { normaliseHost } from '@ingot/core'

/** A lower-case DNS label (RFC 1123): what Services and Namespaces are named by. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && isLabelOfAnyLength(text)
}

/** Labels joined by dots, at most 253 characters; the API server sets no limit for one label. */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every(isLabelOfAnyLength)
}

/** `*.` and a subdomain, at most 253 characters. */
export function isWildcardSubdomain(text: string): boolean {
  return text.length <= 253 && text.startsWith('*.') && isDnsSubdomain(text.slice(2))
}

/** The name of a port: at most 15 lower-case letters, digits and single hyphens, with a letter (RFC 6335). */
export function isPortName(text: string): boolean {
  return text.length <= 15 && isLabelOfAnyLength(text) && /[a-z]/.test(text) && !text.includes('--')
}

/** A port number: 1 to 65535. */
export function isPortNumber(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 65_535
}

/** An IPv4 address as Go's lenient parser sees it: leading zeros are allowed. */
export function isLenientIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every(part => /^[0-9]{1,9}$/.test(part) && Number(part) <= 255)
}

/** An IPv4 address as the API server writes it: without leading zeros. */
export function isIpv4Address(text: string): boolean {
  return isLenientIpv4(text) && !/(?:^|\.)0[0-9]/.test(text)
}

/** An IPv6 address, without zone and brackets. */
export function isIpv6Address(text: string): boolean {
  return text.includes(':') && typeof normaliseHost(`[${text}]`) === 'string' && /^[0-9a-f:.]+$/i.test(text)
}

/** A key of a Secret: at most 253 letters, digits, `-`, `_` and `.`, and nothing that leads out of a folder. */
export function isConfigKey(text: string): boolean {
  return text.length <= 253 && /^[-._A-Za-z0-9]+$/.test(text) && text !== '.' && !text.startsWith('..')
}

/** A name that can stand between the slashes of an API path. */
export function isPathSegmentName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[/%]/.test(text)
}

/** `example.com/anything`: a controller name (semantics 10.6). */
export function isDomainPrefixedPath(text: string): boolean {
  const slash = text.indexOf('/')
  return (
    slash > 0 && isDnsSubdomain(text.slice(0, slash)) && /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(text.slice(slash + 1))
  )
}

/** The key of a label or annotation: an optional DNS prefix and slash, and a name of at most 63 characters. */
export function isQualifiedName(text: string): boolean {
  const parts = text.split('/')
  if (parts.length > 2) return false
  const [prefix, name] = parts.length === 2 ? (parts as [string, string]) : [undefined, text]
  return (prefix === undefined || isDnsSubdomain(prefix)) && isLabelValue(name) && name !== ''
}

/** The value of a label: empty, or at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at each end. */
export function isLabelValue(text: string): boolean {
  return (
    text === '' ||
    (text.length <= 63 && /^[A-Za-z0-9_.-]+$/.test(text) && /^[A-Za-z0-9].*$/.test(text) && /[A-Za-z0-9]$/.test(text))
  )
}

/** Whether a name looks like one that some tool should have replaced: `${HOST}`, `<host>`, `__HOST__`, `{{ host }}`. */
export function looksLikePlaceholder(text: string): boolean {
  return /[$<>{}%]|__/.test(text)
}

function isLabelOfAnyLength(text: string): boolean {
  return /^[a-z0-9-]+$/.test(text) && !text.startsWith('-') && !text.endsWith('-')
}
