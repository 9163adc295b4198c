import type { Position } from '@ingot/kubernetes'
import { annotation } from '../reporters/github.ts'
import type { Answer } from './answers.ts'
import type { Comparison, RouteChange } from './compare-views.ts'

/** A comparison as JSON. */
export function comparisonJson({ changes, kinds, complete }: Comparison) {
  return {
    kinds,
    complete,
    changes: changes.map(({ covers, before, after, refusedByBoth, ...request }) => ({
      url: urlOf(request),
      covers: covers === undefined ? null : { ...covers, host: covers.host ?? null },
      before: answerJson(before),
      after: answerJson(after),
      refusedByBoth,
    })),
  }
}

function answerJson({ status, backend, target, canary }: Answer) {
  return {
    ...{ status, backend, ingress: target?.ingress === undefined ? null : nameOf(target.ingress) },
    ...{ rule: target?.rule ?? null, path: target?.path ?? null, position: positionOf(target?.locate()), canary },
  }
}

function positionOf(position: Position | undefined) {
  return position === undefined ? null : { file: position.file, line: position.line, column: position.column }
}

/** For people: each change with an example, what was, what is, and where both are written. */
export function* comparisonText(comparison: Comparison): Generator<string, void> {
  for (const change of comparison.changes) {
    yield `${urlOf(change)}${coverText(change)}`
    yield `  before  ${answerText(change.before)}`
    yield `  after   ${answerText(change.after)}`
    if (change.refusedByBoth)
      yield '  (this very request is refused as ambiguous before and after; others of its kind may pass)'
    yield ''
  }
  yield summaryText(comparison)
}

/** Workflow commands for GitHub: one annotation for each change, at the place that decides now. */
export function* comparisonGithub({ changes }: Comparison): Generator<string, void> {
  for (const change of changes) {
    const position = (change.after.target ?? change.before.target)?.locate()
    const place = { file: position?.file ?? null, line: position?.line ?? null }
    const text = `${urlOf(change)}: ${answerText(change.before)} -> ${answerText(change.after)}`
    yield annotation('warning', place, 'ingot diff', text)
  }
}

function summaryText({ changes, kinds, complete }: Comparison): string {
  const what =
    changes.length === 0
      ? `No request is answered differently (${kinds} kinds of requests were compared).`
      : `${changes.length} of ${kinds} kinds of requests are answered differently.`
  return complete
    ? what
    : `${what} The regular expressions of a host make more kinds than were looked at; there may be more changes.`
}

function urlOf({ host, path }: { readonly host: string; readonly path: string }): string {
  return `http://${host}${path}`
}

function coverText({ covers, path }: RouteChange): string {
  if (covers === undefined || covers.pathType === 'Exact') return ''
  const hosts =
    covers.host === undefined ? ', on every other host' : covers.host.startsWith('*') ? `, on ${covers.host}` : ''
  return covers.path === '/'
    ? `  (and every other path${hosts})`
    : `  (and ${path === covers.path ? 'what is below' : `below ${covers.path}`}${hosts})`
}

function answerText({ status, backend, target, canary }: Answer): string {
  if (backend === null) return status === 400 ? '400 ambiguous path' : `${status}, nothing routes it`
  const where =
    status === null
      ? backend
      : status === 301
        ? `301 to the path with a slash, which is ${backend}`
        : `${status}, would be ${backend}`
  const position = target?.locate()
  const place = position === undefined ? '' : ` (${position.file}:${position.line})`
  const by = target?.ingress === undefined ? '' : `  by Ingress ${nameOf(target.ingress)}${place}`
  return `${where}${by}${canary === null ? '' : `, with the canary ${canary}`}`
}

function nameOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`
}
