import type { Frame } from './cpu-profile.ts'

/** Where time is spent, in the words of docs/benchmarks.md; the first that fits counts. */
const groups: readonly { readonly title: string; readonly fits: (frame: Frame) => boolean }[] = [
  {
    title: 'writing to sockets (system calls)',
    fits: ({ name }) => /^(writev|write\w*String|writeBuffer)$/.test(name),
  },
  { title: 'collecting garbage', fits: ({ name }) => name === '(garbage collector)' },
  { title: 'reading, waiting and what else is native', fits: ({ name, file }) => name === '(program)' || file === '' },
  { title: '@ingot/core: matching', fits: ({ file }) => file.startsWith('packages/core') },
  {
    title: '@ingot/proxy: upstream transport',
    fits: ({ file }) => /^packages\/proxy\/.*(transport|upstream|http1|body|pool)/.test(file),
  },
  { title: '@ingot/proxy: the rest', fits: ({ file }) => file.startsWith('packages/') },
  {
    title: 'ingot: metrics and logs',
    fits: ({ file }) => file.startsWith('apps/') || /^(prom-client|pino)\//.test(file),
  },
  { title: 'undici', fits: ({ file }) => file.startsWith('undici/') || file.startsWith('wasm:') },
  { title: 'node:http (requests of clients)', fits: ({ file }) => file.startsWith('node:_http') },
  { title: 'node: streams, sockets, timers, ticks', fits: ({ file }) => file.startsWith('node:') },
]

/** The share of each group, by the time its functions took themselves. */
export function shareByGroup(root: Frame): Record<string, number> {
  const shares: Record<string, number> = Object.fromEntries(groups.map(({ title }) => [title, 0]))
  shares.other = 0
  const walk = (frame: Frame) => {
    const title = groups.find(({ fits }) => fits(frame))?.title ?? 'other'
    shares[title] = (shares[title] ?? 0) + frame.self / root.total
    for (const child of frame.children.values()) walk(child)
  }
  walk(root)
  return shares
}
