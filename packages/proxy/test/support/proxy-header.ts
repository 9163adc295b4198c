/** A version 2 header of the PROXY protocol, with nothing checked. */
export function binaryHeader(command: number, family: number, parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat(parts)
  const head = Buffer.from('\r\n\r\n\0\r\nQUIT\n\0\0\0\0', 'latin1')
  head.writeUInt8(command, 12)
  head.writeUInt8(family, 13)
  head.writeUInt16BE(payload.length, 14)
  return Buffer.concat([head, payload])
}
