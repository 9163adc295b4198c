import { BlockList, isIPv6, type Server, type Socket } from 'node:net'
import type { ConnectionSettings } from './traffic-settings.ts'

/** Why a connection was closed at once. */
export type RefusedConnection = 'total' | 'address' | 'proxy-header'

/**
 * Closes connections beyond the limits as they come. `trusted` are addresses and CIDR blocks that the limit for one
 * address is not for: many clients come through them.
 */
export function limitConnections(
  server: Server,
  { max, maxPerAddress }: Pick<ConnectionSettings, 'max' | 'maxPerAddress'>,
  trusted: readonly string[],
  onRefused: (reason: RefusedConnection) => void,
): void {
  if (max > 0) {
    server.maxConnections = max
    server.on('drop', () => onRefused('total'))
  }
  if (maxPerAddress > 0) limitPerAddress(server, maxPerAddress, blockList(trusted), () => onRefused('address'))
}

function limitPerAddress(server: Server, max: number, trusted: BlockList, onRefused: () => void): void {
  const open = new Map<string, number>()
  // Before anybody else, so that nothing is spent on a connection that is not to be.
  server.prependListener('connection', (socket: Socket) => {
    const address = socket.remoteAddress
    if (address === undefined || trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return
    const count = (open.get(address) ?? 0) + 1
    if (count > max) {
      socket.destroy()
      return onRefused()
    }
    open.set(address, count)
    socket.once('close', () => {
      const left = open.get(address)! - 1
      if (left === 0) open.delete(address)
      else open.set(address, left)
    })
  })
}

function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const block of blocks) {
    const [address = '', bits] = block.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}
