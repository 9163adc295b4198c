import sarifSchema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' }
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { checkManifests } from '../../src/check/check-manifests.ts'
import { checkJunit } from '../../src/reporters/check-junit.ts'
import type { CheckReport } from '../../src/reporters/check-report.ts'
import { flatten } from '../../src/reporters/flat-finding.ts'
import { githubReport } from '../../src/reporters/github.ts'
import { sarifReport } from '../../src/reporters/sarif.ts'
import { textReport } from '../../src/reporters/text.ts'
import { interpretFile } from '../../src/sources/manifest-files.ts'

const manifest = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
spec:
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /a
            pathType: Prefix
            backend: { service: { name: web, port: { number: 80 } } }
          - path: /a/
            pathType: Prefix
            backend: { service: { name: web, port: { number: 80 } } }
    - host: Bad%Host
      http:
        paths: []
`

/** What is found in one file under a name. */
function reportOn(text: string, file = 'shop.yaml'): CheckReport {
  const { objects, diagnostics } = interpretFile(file, text)
  const inputs = { files: [file], named: new Set([file]), objects, diagnostics, resolve: [] }
  const { findings, files, ingresses } = checkManifests(inputs, { profile: 'ingot' })
  return { findings: findings.map(flatten), files, ingresses, hidden: 0 }
}

const report = reportOn(manifest)

describe('the text report', () => {
  const lines = [...textReport(report, false, 20)]

  it('begins each finding with file, line, column, severity and code, so that terminals can open the place', () => {
    expect(lines.find(line => line.includes('shadowed-path'))).toMatch(
      /^shop\.yaml:10:19 warning shadowed-path The Prefix \/a never receives a request/,
    )
  })

  it('shows the other place, a request that proves it, the fix and where to read more', () => {
    const at = lines.findIndex(line => line.includes('warning shadowed-path'))
    expect(lines.slice(at + 1, at + 5)).toEqual([
      '    see Ingress default/shop spec.rules[0].http.paths[1].path (shop.yaml:13:19)',
      '    for example http://shop.example.com/a',
      '    fix: Remove the path, or change one of the two.',
      '    more: ingot check --about shadowed-path',
    ])
  })

  it('ends with what there is in all', () => {
    expect(lines.at(-1)).toBe('1 Ingress in 1 file: 2 errors, 1 warning')
  })

  it('shows only so many of one code, and says how many there are', () => {
    const many = { ...report, findings: Array.from({ length: 25 }, () => report.findings[0]!) }
    const shown = [...textReport(many, false, 20)]
    expect(shown.filter(line => line.startsWith('shop.yaml:'))).toHaveLength(20)
    expect(shown).toContain(`5 more of ${report.findings[0]!.code}; --all shows them`)
  })

  it('colours nothing unless it is told to', () => {
    expect(lines.join('\n')).not.toContain('\x1b')
    expect([...textReport(report, true, 20)].join('\n')).toContain('\x1b[33mwarning')
  })
})

describe('the report for GitHub', () => {
  it('is one workflow command for each finding', () => {
    expect([...githubReport(report)].map(line => line.split('::')[1]!.split(',')[0])).toEqual([
      'warning file=shop.yaml',
      'error file=shop.yaml',
      'error file=shop.yaml',
    ])
  })

  it('lets no text end the command or its properties early', () => {
    const odd = reportOn(manifest, 'a,b:c%.yaml').findings[0]!
    const [line] = githubReport({ ...report, findings: [{ ...odd, message: 'one\ntwo::three' }] })
    expect(line).toContain('::warning file=a%2Cb%3Ac%25.yaml,line=10,col=19,')
    expect(line).toContain('one%0Atwo::three')
    expect(line).not.toContain('\n')
  })
})

describe('the JUnit report', () => {
  it('has a failed test for each finding, and a passed one for a file without any', () => {
    const xml = [...checkJunit({ ...report, files: ['shop.yaml', 'fine.yaml'] })].join('\n')
    expect(xml).toContain('<testsuites name="ingot check" tests="4" failures="3" errors="0">')
    expect(xml).toContain('<testcase classname="fine.yaml" name="no findings"/>')
    expect(xml).toContain('<failure type="shadowed-path" message="The Prefix /a never')
  })

  it('escapes what is markup in XML, and drops what no XML may hold', () => {
    const odd = { ...report.findings[0]!, message: '<b> & "\u0000"' }
    expect([...checkJunit({ ...report, findings: [odd] })].join('')).toContain(
      'message="&lt;b&gt; &amp; &quot;\ufffd&quot;"',
    )
  })
})

describe('the SARIF report', () => {
  const log = sarifReport(report, '1.2.3', code => `# ${code}`)
  const validate = sarifValidator()

  it('is valid by the schema of SARIF 2.1.0', () => {
    expect(validate(log) ? [] : validate.errors).toEqual([])
    expect(validate({ ...log, version: '2' })).toBe(false)
  })

  it('is valid if there is nothing to report', () => {
    expect(validate(sarifReport({ ...report, findings: [] }, '1.2.3', () => ''))).toBe(true)
  })

  it('points at line and column, at the other place, and at the documentation of the rule', () => {
    const [run] = log.runs
    const result = run!.results[0]!
    expect(run!.tool.driver.rules[result.ruleIndex]!.id).toBe(result.ruleId)
    expect(run!.tool.driver.rules[result.ruleIndex]!.help.markdown).toBe(`# ${result.ruleId}`)
    expect(result).toMatchObject({
      ruleId: 'shadowed-path',
      level: 'warning',
      locations: [
        { physicalLocation: { artifactLocation: { uri: 'shop.yaml' }, region: { startLine: 10, startColumn: 19 } } },
      ],
      relatedLocations: [{ physicalLocation: { region: { startLine: 13 } } }],
    })
  })

  it('keeps the identity of a finding when lines move', () => {
    const moved = sarifReport(reportOn(`# a comment\n${manifest}`), '1.2.3', () => '')
    const identities = (one: typeof log) => one.runs[0]!.results.map(({ partialFingerprints }) => partialFingerprints)
    expect(identities(moved)).toEqual(identities(log))
  })

  it('writes file names as URIs', () => {
    const odd = sarifReport(reportOn(manifest, 'my shop/#1.yaml'), '1.2.3', () => '')
    expect(odd.runs[0]!.results[0]!.locations![0]!.physicalLocation.artifactLocation.uri).toBe('my%20shop/%231.yaml')
  })
})

/** The schema is of draft 4, and says nothing that later drafts take for something else, apart from its own name. */
function sarifValidator() {
  const { $schema: _, id: __, ...schema } = sarifSchema
  return new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema)
}
