import { BlockList, isIP } from 'node:net'

/** A set of addresses, written as addresses and CIDR blocks. */
export interface AddressSet {
  has(address: string): boolean
}

const empty: AddressSet = Object.freeze({ has: () => false })

/** Compiles addresses and CIDR blocks (`10.0.0.0/8`, `::1`). Throws `TypeError` naming the first that is neither. */
export function addressSet(entries: readonly string[]): AddressSet {
  if (entries.length === 0) return empty
  const list = new BlockList()
  for (const entry of entries) addEntry(list, entry)
  return {
    has(address) {
      const family = isIP(address)
      return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')
    },
  }
}

function addEntry(list: BlockList, entry: string): void {
  const slash = entry.indexOf('/')
  const address = slash === -1 ? entry : entry.slice(0, slash)
  const family = isIP(address)
  const width = family === 4 ? 32 : 128
  const prefix = slash === -1 ? String(width) : entry.slice(slash + 1)
  if (family === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > width) {
    throw new TypeError(`neither an address nor a CIDR block: ${JSON.stringify(entry)}`)
  }
  list.addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6')
}
