import type { ApiObject } from '../../../src/cluster/api-object.ts'
import { badRequest } from './api-status.ts'
import type { Kind } from './kinds.ts'

type Test = (object: ApiObject) => boolean

/** The test of a `fieldSelector`. Refuses fields that the kind does not offer. */
export function fieldTest(selector: string, kind: Kind): Test {
  const tests = split(selector).map(term => {
    const [, field = '', operator, value = ''] = /^([^=!]+)(==|!=|=)(.*)$/.exec(term) ?? []
    if (operator === undefined) throw badRequest(`invalid field selector: ${term}`)
    if (!['metadata.name', 'metadata.namespace', ...(kind.fields ?? [])].includes(field)) {
      throw badRequest(`field label not supported: ${field}`)
    }
    return (object: ApiObject) => (String(valueAt(object, field) ?? '') === value) === (operator !== '!=')
  })
  return object => tests.every(test => test(object))
}

/** The test of a `labelSelector`: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas. */
export function labelTest(selector: string): Test {
  const tests = split(selector).map(labelTerm)
  return object => tests.every(test => test(object.metadata.labels ?? {}))
}

function labelTerm(term: string): (labels: Readonly<Record<string, string>>) => boolean {
  const [, key = '', set, values = ''] = /^([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term) ?? []
  const among = values.split(',').map(value => value.trim())
  if (set === 'in') return labels => labels[key] !== undefined && among.includes(labels[key])
  if (set === 'notin') return labels => labels[key] === undefined || !among.includes(labels[key])
  const [, name = '', operator, value = ''] = /^([\w./-]+)\s*(==|!=|=)\s*([\w.-]*)$/.exec(term) ?? []
  if (operator === '!=') return labels => labels[name] !== value
  if (operator !== undefined) return labels => labels[name] === value
  const [, not, present = ''] = /^(!?)([\w./-]+)$/.exec(term) ?? []
  if (not === undefined) throw badRequest(`unable to parse requirement: ${term}`)
  return labels => (labels[present] !== undefined) === (not === '')
}

/** At commas that are not within parentheses. */
function split(selector: string): string[] {
  return selector.split(/,(?![^(]*\))/).map(term => term.trim())
}

function valueAt(object: ApiObject, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], object)
}
