import { checkManifests } from '../check/check-manifests.ts'
import { type FindingCode, findingCodes } from '../check/finding-codes.ts'
import { diagnosticPage } from '../diagnostic-pages.ts'
import { programVersion } from '../program-version.ts'
import { checkJunit } from '../reporters/check-junit.ts'
import type { CheckReport } from '../reporters/check-report.ts'
import { type FlatFinding, flatten } from '../reporters/flat-finding.ts'
import { githubReport } from '../reporters/github.ts'
import { sarifReport } from '../reporters/sarif.ts'
import { textReport } from '../reporters/text.ts'
import { OutputLines } from '../terminal/output-lines.ts'
import { Progress } from '../terminal/progress.ts'
import { wantsColour } from '../terminal/wants-colour.ts'
import { UnusableInput } from '../unusable-input.ts'
import type { Inputs } from '../view/read-inputs.ts'
import type { CheckFlags, SeverityFlag } from './check.options.ts'
import { loadInputs, nothingIn, viewOptions } from './load-view.ts'
import type { ExitCode } from './run-command.ts'

/** Checks manifests and writes what was found. */
export async function checkCommand(paths: readonly string[], flags: CheckFlags): Promise<ExitCode> {
  if (flags.about !== undefined) return printPage(flags.about)
  const ignored = new Set((flags.ignore ?? []).map(knownCode))
  const progress = new Progress(process.stderr)
  const options = await viewOptions(flags)
  const inputs = await loadInputs(paths, flags, options, (done, total) => progress.update('files read', done, total))
  progress.update('objects to check', 0, inputs.objects.length)
  const { findings, files, ingresses } = checkManifests(inputs, options)
  const relevant = findings.filter(({ code }) => !ignored.has(code)).map(flatten)
  progress.clear()
  const shown = relevant.filter(isAtLeast(flags.severity ?? defaultSeverity(flags.format)))
  await write({ findings: shown, hidden: relevant.length - shown.length, files, ingresses }, flags)
  if (!isUsable(inputs)) throw nothingIn(inputs)
  return flags.failOn !== 'never' && relevant.some(isAtLeast(flags.failOn)) ? 1 : 0
}

/** A folder that only says how Kustomize makes objects is checked as what it makes, somewhere else. */
function isUsable({ objects, diagnostics }: Inputs): boolean {
  return objects.length > 0 || diagnostics.some(({ code }) => code === 'kustomize-file')
}

function printPage(text: string): ExitCode {
  const code = knownCode(text)
  process.stdout.write(diagnosticPage(code) ?? `${findingCodes[code].title}.\n\n${findingCodes[code].fix}\n`)
  return 0
}

function knownCode(text: string): FindingCode {
  if (!Object.hasOwn(findingCodes, text)) {
    throw new UnusableInput(`There is no finding '${text}'. The codes are: ${Object.keys(findingCodes).join(', ')}.`)
  }
  return text as FindingCode
}

const RANKS: Readonly<Record<SeverityFlag, number>> = { error: 2, warning: 1, info: 0 }

function isAtLeast(severity: SeverityFlag): (finding: FlatFinding) => boolean {
  return finding => RANKS[finding.severity] >= RANKS[severity]
}

function defaultSeverity(format: CheckFlags['format']): SeverityFlag {
  return format === 'text' || format === 'github' ? 'warning' : 'info'
}

async function write(report: CheckReport, flags: CheckFlags): Promise<void> {
  const output = new OutputLines(process.stdout)
  for (const line of linesOf(report, flags)) await output.write(line)
  await output.end()
}

/** Of one kind of trouble people want to see a few examples; programs want them all. */
const SHOWN_OF_A_CODE = 20

function linesOf(report: CheckReport, { format, all }: CheckFlags): Iterable<string> {
  switch (format) {
    case 'text':
      return textReport(report, wantsColour(process.stdout), all ? Number.POSITIVE_INFINITY : SHOWN_OF_A_CODE)
    case 'json': {
      const { findings, files, ingresses } = report
      return [JSON.stringify({ files: files.length, ingresses, findings }, undefined, 2)]
    }
    case 'junit':
      return checkJunit(report)
    case 'github':
      return githubReport(report)
    case 'sarif':
      return [
        JSON.stringify(
          sarifReport(report, programVersion(), code => diagnosticPage(code) ?? ''),
          undefined,
          2,
        ),
      ]
  }
}
