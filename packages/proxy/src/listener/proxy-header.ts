import { isIPv4, isIPv6 } from 'node:net'
import type { DeclaredClient } from '../request/client-connection.ts'

/** What a PROXY protocol header says, and how many bytes of it there are. */
export interface ProxyHeader {
  readonly length: number
  /** `undefined` where the header speaks for nobody else: the peer itself is the client (health checks). */
  readonly client: DeclaredClient | undefined
}

/** Why bytes are no header. */
export type ProxyHeaderProblem = 'no-header' | 'malformed' | 'too-long'

/** Bytes of a version 1 header at most, by its specification, and of what a version 2 header carries. */
const limits = { text: 107, binary: 4_096 }

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const textStart = Buffer.from('PROXY ', 'latin1')

/**
 * Reads the header of the PROXY protocol, version 1 or 2, that `bytes` begin with. `undefined` asks for more bytes; never
 * for more than a header may have. There is one spelling for everything: a header that could be read in two ways is none.
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | ProxyHeaderProblem | undefined {
  if (beginsLike(bytes, textStart)) return bytes.length < textStart.length ? undefined : readText(bytes)
  if (beginsLike(bytes, signature)) return bytes.length < 16 ? undefined : readBinary(bytes)
  return 'no-header'
}

function beginsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.compare(start, 0, length, 0, length) === 0
}

function readText(bytes: Buffer): ProxyHeader | ProxyHeaderProblem | undefined {
  const end = bytes.subarray(0, limits.text).indexOf('\r\n')
  if (end === -1) return bytes.length < limits.text ? undefined : 'too-long'
  const length = end + 2
  const [, family, source, target, sourcePort, targetPort, ...more] = bytes.toString('latin1', 0, end).split(' ')
  if (family === 'UNKNOWN') return { length, client: undefined }
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isPlainIPv6 : undefined
  if (isAddress === undefined || source === undefined || target === undefined || more.length > 0) return 'malformed'
  const reachedPort = readPort(targetPort)
  if (!isAddress(source) || !isAddress(target) || readPort(sourcePort) === undefined) return 'malformed'
  if (reachedPort === undefined) return 'malformed'
  return { length, client: { address: family === 'TCP6' ? canonical(source) : source, reachedPort, isSecure: false } }
}

/** Without a zone, which means nothing on another machine. */
function isPlainIPv6(address: string): boolean {
  return isIPv6(address) && !address.includes('%')
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:0|[1-9]\d{0,4})$/.test(text)) return undefined
  const port = Number(text)
  return port <= 65_535 ? port : undefined
}

const command = { local: 0x20, proxy: 0x21 }
const family = { unspecified: 0x00, tcp4: 0x11, tcp6: 0x21, unixStream: 0x31 }

function readBinary(bytes: Buffer): ProxyHeader | ProxyHeaderProblem | undefined {
  const what = bytes[12]!
  const size = bytes.readUInt16BE(14)
  if (what !== command.local && what !== command.proxy) return 'malformed'
  if (size > limits.binary) return 'too-long'
  const length = 16 + size
  if (bytes.length < length) return undefined
  const payload = bytes.subarray(16, length)
  if (what === command.local) return { length, client: undefined }
  const client = readClient(bytes[13]!, payload)
  return client === 'malformed' ? client : { length, client }
}

function readClient(kind: number, payload: Buffer): DeclaredClient | undefined | 'malformed' {
  if (kind === family.unspecified || kind === family.unixStream) return undefined
  if (kind !== family.tcp4 && kind !== family.tcp6) return 'malformed'
  const width = kind === family.tcp4 ? 4 : 16
  const end = width * 2 + 4
  if (payload.length < end) return 'malformed'
  const isSecure = readTlsFlag(payload.subarray(end))
  if (isSecure === 'malformed') return isSecure
  const address = kind === family.tcp4 ? payload.subarray(0, 4).join('.') : ipv6Text(payload.subarray(0, 16))
  return { address, reachedPort: payload.readUInt16BE(width * 2 + 2), isSecure }
}

function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16))
  return canonical(groups.join(':'))
}

/** The shortest spelling; an IPv4 address that is written as IPv6 is the IPv4 address. */
function canonical(address: string): string {
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short)
  if (mapped === null) return short
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

const tlsType = 0x20
const clientUsedTls = 0x01

/** Whether the client spoke TLS to whoever wrote the header: the only extension that matters here. */
function readTlsFlag(extensions: Buffer): boolean | 'malformed' {
  let isSecure = false
  for (let at = 0; at < extensions.length; ) {
    if (extensions.length - at < 3) return 'malformed'
    const size = extensions.readUInt16BE(at + 1)
    if (extensions.length - at - 3 < size) return 'malformed'
    if (extensions[at] === tlsType && size > 0) isSecure = (extensions[at + 3]! & clientUsedTls) !== 0
    at += 3 + size
  }
  return isSecure
}
