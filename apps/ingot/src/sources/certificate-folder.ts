import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { PemPair } from '@ingot/proxy'

/**
 * Reads a folder of pairs in PEM: `NAME.crt` or `NAME.pem` beside `NAME.key`, or folders named `NAME` that hold `tls.crt`
 * and `tls.key`, or `fullchain.pem` and `privkey.pem`. A pair of which one file is missing is left out, for it may be on
 * its way. Throws if the folder cannot be read.
 */
export async function readCertificateFolder(folder: string): Promise<Map<string, PemPair>> {
  const entries = await readdir(folder, { withFileTypes: true })
  const pairs = new Map<string, PemPair>()
  for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (name.startsWith('.')) continue
    const found = await pairAt(join(folder, name))
    if (found !== undefined) pairs.set(found.name, found.pair)
  }
  return pairs
}

interface NamedPair {
  readonly name: string
  readonly pair: PemPair
}

async function pairAt(path: string): Promise<NamedPair | undefined> {
  const file = /^(.+)\.(?:crt|pem)$/.exec(basename(path))
  if (file !== null) return readPair(file[1]!, path, join(dirname(path), `${file[1]}.key`))
  for (const [cert, key] of [['tls.crt', 'tls.key'] as const, ['fullchain.pem', 'privkey.pem'] as const]) {
    const found = await readPair(basename(path), join(path, cert), join(path, key))
    if (found !== undefined) return found
  }
  return undefined
}

async function readPair(name: string, certFile: string, keyFile: string): Promise<NamedPair | undefined> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile, 'latin1'), readFile(keyFile, 'latin1')])
    return { name, pair: { cert, key } }
  } catch {
    return undefined
  }
}
