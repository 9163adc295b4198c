import { writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { type ReadCaseFile, readCaseFile } from '../cases/read-case-file.ts'
import { MOST_TESTS, recordCases } from '../cases/record-cases.ts'
import { type CaseResult, runCases } from '../cases/run-cases.ts'
import { requestExplainer } from '../explain/explain-request.ts'
import { caseGithub, caseJson, caseJunit, caseText } from '../reporters/case-report.ts'
import { OutputLines } from '../terminal/output-lines.ts'
import { wantsColour } from '../terminal/wants-colour.ts'
import { UnusableInput } from '../unusable-input.ts'
import { loadView } from './load-view.ts'
import type { ExitCode } from './run-command.ts'
import type { TestFlags } from './test.options.ts'

/** Runs routing tests, or records a first file of them. `isGiven` tells flags from their defaults. */
export async function testCommand(
  files: readonly string[],
  flags: TestFlags,
  isGiven: (flag: keyof TestFlags) => boolean,
): Promise<ExitCode> {
  if (flags.record) return record(files, flags)
  if (files.includes('-') && flags.filename.includes('-'))
    throw new UnusableInput('Standard input can be either the manifests or the tests.')
  const results: CaseResult[] = []
  for (const file of files) {
    const cases = await readCaseFile(file)
    const view = await loadView(manifestsFor(cases, flags), settingsFor(cases, flags, isGiven))
    results.push(...runCases(cases, requestExplainer(view)))
  }
  await write(results, flags.format)
  return results.some(({ failures }) => failures.length > 0) ? 1 : 0
}

function manifestsFor({ file, manifests = [] }: ReadCaseFile, { filename }: TestFlags): readonly string[] {
  if (filename.length > 0) return filename
  if (manifests.length === 0) throw new UnusableInput(`${file} names no manifests, and there is no -f.`)
  return manifests
}

/** What the command line says comes before what the file says. */
function settingsFor(cases: ReadCaseFile, flags: TestFlags, isGiven: (flag: keyof TestFlags) => boolean): TestFlags {
  const fields = ['class', 'namespace', 'profile', 'hostFallthrough', 'missing'] as const
  const written = fields.filter(field => cases[field] !== undefined && !isGiven(field))
  return { ...flags, ...Object.fromEntries(written.map(field => [field, cases[field]])) }
}

async function record([file, ...others]: readonly string[], flags: TestFlags): Promise<ExitCode> {
  if (file === undefined || others.length > 0) throw new UnusableInput('Record into which one file?')
  if (file === '-') throw new UnusableInput('Tests are recorded into a file, not to standard output.')
  const view = await loadView(flags.filename, flags)
  const { text, complete } = recordCases(view, {
    manifests: flags.filename.map(path => (path === '-' ? path : relative(dirname(file), path) || '.')),
    ...(flags.class !== undefined && { class: [...flags.class] }),
    ...(flags.namespace !== undefined && { namespace: [...flags.namespace] }),
    ...(flags.profile !== 'ingot' && { profile: flags.profile }),
    ...(flags.hostFallthrough !== undefined && { hostFallthrough: flags.hostFallthrough }),
    ...(flags.missing !== 'auto' && { missing: flags.missing }),
  })
  await writeFile(file, text, { flag: flags.force ? 'w' : 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw new UnusableInput(`${file} cannot be written: ${error.message}`)
    throw new UnusableInput(`${file} exists; --force writes over it.`)
  })
  process.stderr.write(`Wrote ${file}. Read it: it says what is, which may not be what should be.\n`)
  if (!complete) process.stderr.write(`It has the first ${MOST_TESTS} tests; --class and --namespace choose others.\n`)
  return 0
}

async function write(results: readonly CaseResult[], format: TestFlags['format']): Promise<void> {
  const output = new OutputLines(process.stdout)
  for (const line of linesOf(results, format)) await output.write(line)
  await output.end()
}

function linesOf(results: readonly CaseResult[], format: TestFlags['format']): Iterable<string> {
  switch (format) {
    case 'text':
      return caseText(results, wantsColour(process.stdout))
    case 'json':
      return [JSON.stringify(caseJson(results), undefined, 2)]
    case 'junit':
      return caseJunit(results)
    case 'github':
      return caseGithub(results)
  }
}
