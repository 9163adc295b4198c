import { requestExplainer } from '../explain/explain-request.ts'
import { formatExplanation } from '../explain/format-explanation.ts'
import type { RequestToExplain } from '../explain/read-request.ts'
import { parseRequest, readRequests } from '../explain/requests-file.ts'
import { OutputLines } from '../terminal/output-lines.ts'
import { UnusableInput } from '../unusable-input.ts'
import type { ExplainFlags } from './explain.options.ts'
import { loadView } from './load-view.ts'
import type { ExitCode } from './run-command.ts'

/** Writes one explanation for each request, in their order. */
export async function explainCommand(urls: readonly string[], flags: ExplainFlags): Promise<ExitCode> {
  if (urls.length === 0 && flags.requests === undefined) {
    throw new UnusableInput('Which requests? Name URLs, or a file with --requests.')
  }
  if (flags.requests === '-' && flags.filename.includes('-')) {
    throw new UnusableInput('Standard input can be either the manifests or the requests.')
  }
  const view = await loadView(flags.filename, flags)
  const explain = requestExplainer(view)
  const output = new OutputLines(process.stdout)
  for await (const request of requestsOf(urls, flags)) {
    const explanation = explain(request)
    const { candidates } = explanation
    const limited = { ...explanation, candidates: candidates.slice(0, flags.candidates ?? candidates.length) }
    await output.write(flags.format === 'json' ? JSON.stringify(limited) : formatExplanation(limited))
  }
  await output.end()
  return 0
}

async function* requestsOf(
  urls: readonly string[],
  { method, header, requests }: ExplainFlags,
): AsyncGenerator<RequestToExplain, void> {
  const headers = headersOf(header)
  for (const url of urls) yield { ...(method !== undefined && { method }), headers, ...parseRequest(url) }
  if (requests !== undefined) yield* readRequests(requests)
}

function headersOf(fields: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {}
  for (const field of fields) {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(field) ?? []
    if (name === undefined) throw new UnusableInput(`'${field}' is not NAME: VALUE.`)
    const values = headers[name.toLowerCase()] ?? []
    values.push(value!)
    headers[name.toLowerCase()] = values
  }
  return headers
}
