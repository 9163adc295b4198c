import { isDnsSubdomain } from '../schema/names.ts'

/** Every reader returns `undefined` for a value that ingress-nginx would not take, or that cannot be honoured here. */

export function readBoolean(value: string): boolean | undefined {
  return value === 'true' ? true : value === 'false' ? false : undefined
}

export function readCount(value: string): number | undefined {
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined
}

const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }

/** A size as nginx writes it: `8m`, `512k`, `1024`. In bytes; 0 is without limit. */
export function readSize(value: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,9})([kmg]?)$/i.exec(value.trim()) ?? []
  return digits === undefined ? undefined : Number(digits) * units[unit.toLowerCase()]!
}

export function readList(value: string): string[] {
  return value
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
}

/** Addresses and CIDR blocks; all of them must be good, since each of them is for safety. */
export function readAddresses(value: string): string[] | undefined {
  const blocks = readList(value)
  return blocks.length > 0 && blocks.every(isAddressBlock) ? blocks : undefined
}

/** This package uses no Node API, so it cannot ask `node:net`. */
function isAddressBlock(block: string): boolean {
  const [address = '', bits, ...more] = block.split('/')
  if (more.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return false
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) {
    const octets = address.split('.')
    return octets.every(octet => Number(octet) <= 255 && String(Number(octet)) === octet) && Number(bits ?? 32) <= 32
  }
  return isIpv6(address) && Number(bits ?? 128) <= 128
}

function isIpv6(address: string): boolean {
  const [front = '', back, ...more] = address.split('::')
  if (more.length > 0) return false
  const groups = [front, back ?? ''].flatMap(side => (side === '' ? [] : side.split(':')))
  if (!groups.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return false
  return back === undefined ? groups.length === 8 : groups.length < 8
}

/** A URL of http or https, or a path, of characters that can stand in a field. */
export function readLocation(value: string): string | undefined {
  if (!/^[\x21-\x7e]{1,2048}$/.test(value)) return undefined
  return /^\/(?!\/)/.test(value) || /^https?:\/\/[^/?#]/i.test(value) ? value : undefined
}

/** A path in which nothing can be read in two ways. */
export function readPlainPath(value: string): string | undefined {
  if (!/^\/[A-Za-z0-9._~!&'()*+,;=:@/-]*$/.test(value) || value.includes('//')) return undefined
  return value.split('/').some(element => element === '.' || element === '..') ? undefined : value
}

/** A name of a field, a method, or a cookie (RFC 9110 5.6.2). */
export function isToken(value: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(value)
}

/** `*`, or an origin of any scheme whose host may begin with `*.`. */
export function isOrigin(value: string): boolean {
  if (value === '*') return true
  const [, host] = /^[a-z]+:\/\/([^/:]{1,253})(?::\d{1,5})?$/.exec(value.toLowerCase()) ?? []
  return host !== undefined && isDnsSubdomain(host.startsWith('*.') ? host.slice(2) : host)
}

const variable = /\$(?:[1-9]|\{[1-9]\})/g

/** A path in which `$1` to `$9` may stand for what groups took; written so, and never as `${1}`. */
export function readTemplate(value: string): string | undefined {
  if (readPlainPath(value.replace(variable, 'x')) === undefined) return undefined
  return value.replace(/\$\{([1-9])\}/g, '$$$1')
}

/** A host name of a cookie, with or without a dot in front. */
export function readDomain(value: string): string | undefined {
  return isDnsSubdomain(value.replace(/^\./, '').toLowerCase()) ? value : undefined
}
