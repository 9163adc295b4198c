import { type FindPath, type HostPaths, perHost, type Rival } from './rival.ts'

/** What a careful person writes in ten lines: a host's paths, Exact first and then the longest first, one by one. */
function scannerOf({ exact, prefix }: HostPaths): FindPath {
  const exactPaths = exact.map(([path]) => path)
  const exactRoutes = exact.map(([, route]) => route)
  const prefixPaths = prefix.map(([path]) => path)
  const prefixRoutes = prefix.map(([, route]) => route)
  return path => {
    for (let i = 0; i < exactPaths.length; i++) if (path === exactPaths[i]) return exactRoutes[i]
    for (let i = 0; i < prefixPaths.length; i++) {
      const prefix = prefixPaths[i] as string
      if (path.startsWith(prefix) && (path.length === prefix.length || path.charCodeAt(prefix.length) === 47))
        return prefixRoutes[i]
    }
    return undefined
  }
}

export const sortedScan: Rival = {
  name: 'sorted scan per host',
  build: perHost(scannerOf),
  skips: { D: 'reads thousands of paths a request' },
}
