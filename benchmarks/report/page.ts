import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MatchResult } from '../match/result.ts'
import type { ProfileResult } from '../profile/result.ts'
import type { ProxyResult } from '../proxy/result.ts'
import type { ScaleResult } from '../scale/measure-scale.ts'
import { readResult, root } from '../support/results.ts'
import { capacityPage } from './capacity-page.ts'
import { matchSection } from './match-section.ts'
import { profileSection } from './profile-section.ts'
import { proxySection } from './proxy-section.ts'
import { scaleSection } from './scale-section.ts'
import { summary, writeReadme } from './summary.ts'
import { worseSection } from './worse-section.ts'

/** Writes docs/benchmarks.md with its charts, docs/capacity.md and the README's figures from the results that are kept. */
export async function writePage(): Promise<void> {
  const proxy = await readResult<ProxyResult>('proxy')
  const match = await readResult<MatchResult>('match')
  const scale = await readResult<ScaleResult>('scale')
  const profile = await readResult<ProfileResult>('profile')
  const figures = summary(proxy, match)
  const sections = [
    await readFile(new URL('introduction.md', import.meta.url), 'utf8'),
    `## In short\n\n${figures}`,
    proxy && (await proxySection(proxy)),
    proxy && worseSection(proxy),
    match && (await matchSection(match)),
    scale && (await scaleSection(scale)),
    profile && profileSection(profile),
    await readFile(new URL('method.md', import.meta.url), 'utf8'),
  ]
  const page = sections.filter(section => section !== undefined).map(section => section.trim())
  await writeFile(join(root, 'docs/benchmarks.md'), `${page.join('\n\n')}\n`)
  await writeReadme(figures)
  if (proxy !== undefined && scale !== undefined) {
    await writeFile(join(root, 'docs/capacity.md'), `${capacityPage(proxy, scale, match).trim()}\n`)
  }
}
