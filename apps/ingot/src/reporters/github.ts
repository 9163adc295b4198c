import type { CheckReport } from './check-report.ts'

/** Workflow commands, which GitHub turns into annotations of the changed lines. */
export function* githubReport({ findings }: CheckReport): Generator<string, void> {
  for (const { severity, file, line, column, code, message, fix, request } of findings) {
    const place = file === null ? '' : `file=${property(file)},line=${line},col=${column},`
    const text = [
      message,
      ...(request === null ? [] : [`For example ${request}`]),
      ...(fix === null ? [] : [`Fix: ${fix}`]),
    ]
    yield `::${LEVELS[severity]} ${place}title=${property(`ingot ${code}`)}::${data(text.join('\n'))}`
  }
}

const LEVELS = { error: 'error', warning: 'warning', info: 'notice' } as const

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
