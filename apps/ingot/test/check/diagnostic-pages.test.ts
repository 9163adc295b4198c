import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readManifests } from '@ingot/kubernetes'
import { describe, expect, it } from 'vitest'
import { checkManifests } from '../../src/check/check-manifests.ts'
import { type FindingCode, findingCodes } from '../../src/check/finding-codes.ts'
import { readConfiguration } from '../../src/configuration/read-configuration.ts'
import { matchingOptions, translateOptions } from '../../src/configuration/translate-options.ts'
import { diagnosticPage } from '../../src/diagnostic-pages.ts'
import { flatten } from '../../src/reporters/flat-finding.ts'
import { interpretFile } from '../../src/sources/manifest-files.ts'

const folder = join(import.meta.dirname, '../../../../docs/diagnostics')
const codes = Object.keys(findingCodes) as FindingCode[]

/** Codes that no manifest of a size to print can show, or only a cluster; other tests do. */
const WITHOUT_EXAMPLE: readonly FindingCode[] = [
  'file-too-large',
  'nested-too-deep',
  'unreadable-file',
  'invalid-class-parameters',
]

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
    const sentence = title[0]!.toLowerCase() + title.slice(1)
    expect(page.startsWith(`# ${code}\n\n${LABELS[severity]}: ${sentence}.\n\n`)).toBe(true)
    expect(page).toMatch(/\n## What to do\n\n\S/)
  })

  it.skipIf(WITHOUT_EXAMPLE.includes(code))('has an example that yields the code, and does not once mended', () => {
    const bad = findingsIn(page, 'Example')
    expect(bad.map(finding => finding.code)).toContain(code)
    expect(bad.find(finding => finding.code === code)?.severity).toBe(severity)
    expect(findingsIn(page, 'Mended').map(finding => finding.code)).not.toContain(code)
  })
})

it('explains a line of the example where there is one to point at', () => {
  for (const code of codes.filter(one => !WITHOUT_EXAMPLE.includes(one))) {
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

describe('codes whose examples are too large to print', () => {
  const found = (text: string) =>
    readManifests(text, { file: 'large.yaml', maxLength: 100_000 }).diagnostics.map(({ code }) => code)

  it('file-too-large: more characters than are read at once', () => {
    expect(found(`# ${'x'.repeat(100_000)}`)).toEqual(['file-too-large'])
  })

  it('nested-too-deep: brackets without end', () => {
    expect(found('['.repeat(50_000))).toEqual(['nested-too-deep'])
  })

  it('unreadable-file: a file that gives an error', () => {
    const { diagnostics } = interpretFile('gone.yaml', new Error('no permission'))
    expect(diagnostics).toEqual([
      expect.objectContaining({ code: 'unreadable-file', message: 'The file cannot be read: no permission' }),
    ])
  })
})
