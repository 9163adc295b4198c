/** The first version of each line of Node.js that has the security fixes known when this was written. */
const floors: Readonly<Record<number, readonly [number, number]>> = { 22: [23, 5], 24: [22, 3], 26: [13, 1] }

/**
 * What to say about a version of Node.js: lines that get no fixes any more, and versions that lack fixes for HTTP, HTTP/2
 * or TLS; `undefined` if nothing is known against it.
 */
export function nodeVersionWarning(version: string): string | undefined {
  const [major = 0, minor = 0, patch = 0] = numbersOf(version)
  const floor = floors[major]
  if (floor === undefined) {
    return major > 26 ? undefined : `Node.js ${version} gets no security fixes any more; use 22, 24 or 26`
  }
  const [floorMinor, floorPatch] = floor
  if (minor > floorMinor || (minor === floorMinor && patch >= floorPatch)) return undefined
  return `Node.js ${version} lacks security fixes that later releases have; use ${major}.${floorMinor}.${floorPatch} or later at the edge`
}

/** Whether a version of Node.js, `v24.1.0`, is in a range of the one form `>=22.19`, that package.json has. */
export function isAtLeast(version: string, range: string): boolean {
  const [major = 0, minor = 0] = numbersOf(version)
  const [wantedMajor = 0, wantedMinor = 0] = numbersOf(range)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

function numbersOf(version: string): number[] {
  return version.replace(/^\D+/, '').split('.').map(Number)
}
