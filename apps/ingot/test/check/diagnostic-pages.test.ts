import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkManifests } from '../../src/check/check-manifests.ts'
import { type FindingCode, findingCodes } from '../../src/check/finding-codes.ts'
import { ClassParameters } from '../../src/cluster/class-parameters.ts'
import { readConfiguration } from '../../src/configuration/read-configuration.ts'
import { matchingOptions, translateOptions } from '../../src/configuration/translate-options.ts'
import { diagnosticPage } from '../../src/diagnostic-pages.ts'
import { flatten } from '../../src/reporters/flat-finding.ts'
import { interpretFile } from '../../src/sources/manifest-files.ts'

const folder = join(import.meta.dirname, '../../../../docs/diagnostics')
const codes = Object.keys(findingCodes) as FindingCode[]

/** Codes that no manifest of a size to print can show: their examples are commands. */
const SHOWN_BY_COMMANDS: readonly FindingCode[] = ['file-too-large', 'nested-too-deep', 'unreadable-file']

/** What only the controller in a cluster looks at. */
const ONLY_IN_A_CLUSTER: FindingCode = 'invalid-class-parameters'

const shownByManifests = (code: FindingCode) => !SHOWN_BY_COMMANDS.includes(code) && code !== ONLY_IN_A_CLUSTER

const LABELS = { error: 'Error', warning: 'Warning', info: 'Note' }

it('has a page for every code and for nothing else', () => {
  const pages = readdirSync(folder).map(name => name.replace('.md', ''))
  expect(pages.filter(name => name !== 'README').sort()).toEqual([...codes].sort())
})

it('lists every code on the first page', () => {
  const index = readFileSync(join(folder, 'README.md'), 'utf8')
  for (const code of codes) expect(index).toContain(`| [${code}](${code}.md) | ${findingCodes[code].title} |`)
})

describe.each(codes)('the page of %s', code => {
  const page = diagnosticPage(code)!
  const { severity, title } = findingCodes[code]

  it('says what the code means, how severe it is, and what to do', () => {
    const sentence = /^[A-Z]{2}/.test(title) ? title : title[0]!.toLowerCase() + title.slice(1)
    expect(page.startsWith(`# ${code}\n\n${LABELS[severity]}: ${sentence}.\n\n`)).toBe(true)
    expect(page).toMatch(/\n## What to do\n\n\S/)
  })

  it.runIf(shownByManifests(code))('has an example that yields the code, and does not once mended', () => {
    const bad = findingsIn(page, 'Example')
    expect(bad.map(finding => finding.code)).toContain(code)
    expect(bad.find(finding => finding.code === code)?.severity).toBe(severity)
    expect(findingsIn(page, 'Mended').map(finding => finding.code)).not.toContain(code)
  })
})

it('explains a line of the example where there is one to point at', () => {
  for (const code of codes.filter(shownByManifests)) {
    const [finding] = findingsIn(diagnosticPage(code)!, 'Example')
      .filter(one => one.code === code)
      .map(flatten)
    expect(finding?.line, code).toBeGreaterThan(0)
    expect(finding?.fix, code).toMatch(/\S/)
  }
})

/** What `ingot check` finds in the example below a heading, with the configuration that the page names. */
function findingsIn(page: string, heading: string) {
  const { info, text } = block(page, heading)!
  const file = info === 'yaml' ? 'example.yaml' : info.replace('yaml ', '')
  const { objects, diagnostics } = interpretFile(file, text)
  const inputs = { files: [file], named: new Set([file]), objects, diagnostics, resolve: [] }
  return checkManifests(inputs, { profile: 'ingot', configured: configured(page) }).findings
}

function configured(page: string) {
  const configuration = block(page, 'With this configuration')
  if (configuration === undefined) return undefined
  const file = { file: 'ingot.yaml', text: configuration.text }
  const read = readConfiguration(file, { values: {}, flags: new Map() })
  return { translate: translateOptions(read), matching: matchingOptions(read) }
}

function block(page: string, heading: string): { info: string; text: string } | undefined {
  const [, info, text] = new RegExp(`\n## ${heading}\n\n\`\`\`([^\n]*)\n([\\s\\S]*?)\`\`\``).exec(page) ?? []
  return info === undefined ? undefined : { info, text: text! }
}

describe.each(SHOWN_BY_COMMANDS)('the commands on the page of %s', code => {
  it('show the code, and do not once mended', async () => {
    const page = diagnosticPage(code)!
    expect(await runCommands(block(page, 'Example')!.text)).toContain(code)
    expect(await runCommands(block(page, 'Mended')!.text)).not.toContain(code)
  })
})

it('a controller in a cluster finds what the page of invalid-class-parameters shows', () => {
  const page = diagnosticPage(ONLY_IN_A_CLUSTER)!
  const found = (heading: string) => {
    const { objects } = interpretFile('example.yaml', block(page, heading)!.text)
    return new ClassParameters().read(objects).diagnostics.map(({ code }) => code)
  }
  expect(found('Example')).toEqual([ONLY_IN_A_CLUSTER])
  expect(found('Mended')).toEqual([])
})

/** What the commands print, in a folder of their own. */
async function runCommands(script: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ingot-page-'))
  const program = join(import.meta.dirname, '../../src/main.ts')
  const define = `ingot() { "${process.execPath}" --conditions=@ingot/source "${program}" "$@"; }`
  try {
    const options = { cwd: folder, encoding: 'utf8' } as const
    return await new Promise(resolve => {
      execFile('sh', ['-c', `${define}\n${script}`], options, (_, stdout, stderr) => resolve(stdout + stderr))
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}
