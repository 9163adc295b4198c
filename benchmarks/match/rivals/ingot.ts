import { compile } from '@ingot/core'
import type { Rival } from './rival.ts'

export const ingot: Rival = {
  name: 'ingot',
  build: table => {
    const matcher = compile(table)
    return (host, path) => matcher.match(host, path)?.route
  },
  compiledBytes: table => compile(table).bytes,
}
