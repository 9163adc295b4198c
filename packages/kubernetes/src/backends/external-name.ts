import { isIpLiteral } from '@ingot/core'

/** Which Services of type ExternalName may be used (semantics 9.7). */
export interface ExternalNameOptions {
  /** `api.example.com`, `*.example.com` (one label), and either with `:443`; without a port every port is allowed. */
  readonly allow: readonly string[]
}

const forbiddenNames =
  /^(?:localhost|.*\.localhost|ip6-localhost|ip6-loopback|metadata|metadata\.google\.internal|instance-data)$/

/**
 * Why a DNS name must not be the destination of an ExternalName Service, or `undefined` if it may. The addresses that
 * the name leads to have to be checked as well, with {@link isForbiddenAddress}: whoever owns the name chooses them.
 */
export function refuseExternalName(
  name: string,
  port: number,
  options: ExternalNameOptions | undefined,
): string | undefined {
  const host = name.toLowerCase().replace(/\.$/, '')
  if (forbiddenNames.test(host)) return `${host} is this machine or a metadata service, which is never allowed`
  if (isIpLiteral(host) || /^[0-9.]+$/.test(host)) {
    return isForbiddenAddress(host)
      ? `${host} is an address of this machine or its network`
      : `${host} is an address, not a name`
  }
  if (options === undefined) return 'Services of type ExternalName are not allowed unless their hosts are listed'
  if (options.allow.some(entry => covers(entry, host, port))) return undefined
  return `${host}:${port} is not among the allowed external hosts`
}

function covers(entry: string, host: string, port: number): boolean {
  const [name = '', allowedPort] = entry.toLowerCase().split(':')
  if (allowedPort !== undefined && allowedPort !== String(port)) return false
  const wildcard = `*${host.slice(Math.max(host.indexOf('.'), 0))}`
  return name === host || name === wildcard
}

/**
 * Whether an IP address is one that no external name may lead to: unspecified, loopback, link-local (cloud metadata
 * services among them) and multicast, also inside IPv6. Addresses in private ranges are allowed.
 */
export function isForbiddenAddress(address: string): boolean {
  const text = address.toLowerCase().replace(/^\[|\]$/g, '')
  if (!text.includes(':')) return isForbiddenIpv4(text)
  const mapped = /^(?:0{0,4}:)*(?:ffff:)?(?:0:)?([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)$/.exec(text)
  if (mapped !== null) return isForbiddenIpv4(mapped[1]!)
  const groups = expandIpv6(text)
  if (groups === undefined) return true
  const [first = 0] = groups
  const leadingZeros = groups.slice(0, 5).every(group => group === 0)
  if (leadingZeros && (groups[5] === 0 || groups[5] === 0xffff)) {
    return isForbiddenIpv4([groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join('.'))
  }
  return (first & 0xffc0) === 0xfe80 || first >> 8 === 0xff || text === 'fd00:ec2::254'
}

function isForbiddenIpv4(text: string): boolean {
  const parts = text.split('.')
  // What is not four plain decimal numbers may mean anything to the resolver below.
  if (parts.length !== 4 || !parts.every(part => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255))
    return true
  const [first, second] = parts.map(Number) as [number, number]
  if (first === 169 && second === 254) return true
  if (text === '100.100.100.200') return true
  return first === 0 || first === 127 || first >= 224
}

/** The eight groups of an IPv6 address without embedded IPv4, or `undefined` if it is none. */
function expandIpv6(text: string): number[] | undefined {
  const halves = text.split('%')[0]!.split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map(half => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...Array<string>(Math.max(missing, 0)).fill('0'), ...tail]
  return groups.every(group => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map(group => Number.parseInt(group, 16))
    : undefined
}
