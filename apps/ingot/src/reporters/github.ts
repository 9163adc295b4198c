import type { CheckReport } from './check-report.ts'

/** Workflow commands, which GitHub turns into annotations of the changed lines. */
export function* githubReport({ findings }: CheckReport): Generator<string, void> {
  for (const { severity, file, line, column, code, message, fix, request } of findings) {
    const text = [message, ...(request === null ? [] : [`For example ${request}`]), `Fix: ${fix}`]
    yield annotation(LEVELS[severity], { file, line, column }, `ingot ${code}`, text.join('\n'))
  }
}

const LEVELS = { error: 'error', warning: 'warning', info: 'notice' } as const

/** One workflow command. */
export function annotation(
  level: 'error' | 'warning' | 'notice',
  {
    file,
    line,
    column,
  }: { readonly file: string | null; readonly line: number | null; readonly column?: number | null },
  title: string,
  text: string,
): string {
  const place = file === null ? '' : `file=${property(file)},line=${line},${column == null ? '' : `col=${column},`}`
  return `::${level} ${place}title=${property(title)}::${data(text)}`
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
