/** The first version of each line of Node.js that has the security fixes known when this was written. */
const floors: Readonly<Record<number, readonly [number, number]>> = { 22: [23, 5], 24: [22, 3], 26: [13, 1] }

/**
 * What to say about a version of Node.js: lines that get no fixes any more, and versions that lack fixes for HTTP, HTTP/2
 * or TLS; `undefined` if nothing is known against it.
 */
export function nodeVersionWarning(version: string): string | undefined {
  const [major = 0, minor = 0, patch = 0] = version.replace(/^v/, '').split('.').map(Number)
  const floor = floors[major]
  if (floor === undefined) {
    return major > 26 ? undefined : `Node.js ${version} gets no security fixes any more; use 22, 24 or 26`
  }
  const [floorMinor, floorPatch] = floor
  if (minor > floorMinor || (minor === floorMinor && patch >= floorPatch)) return undefined
  return `Node.js ${version} lacks security fixes that later releases have; use ${major}.${floorMinor}.${floorPatch} or later at the edge`
}
