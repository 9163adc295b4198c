import { isRecord, type KubernetesObject } from '../kubernetes-object.ts'

/** A placeholder that some tool has yet to fill in. */
export interface TemplateMark {
  readonly text: string
  readonly offset: number
}

/** The first `{{` of Helm and other Go templates outside comment lines. */
export function findTemplate(text: string): TemplateMark | undefined {
  for (let offset = text.indexOf('{{'); offset >= 0; offset = text.indexOf('{{', offset + 2)) {
    const lineStart = text.lastIndexOf('\n', offset) + 1
    if (text.slice(lineStart, offset).trimStart().startsWith('#')) continue
    return { text: /^\{\{[^\n]{0,60}/.exec(text.slice(offset, offset + 62))?.[0].trimEnd() ?? '{{', offset }
  }
  return undefined
}

/** Whether the name, namespace or spec of an object still holds placeholders; annotations may hold anything. */
export function mentionsTemplate({ raw }: KubernetesObject): boolean {
  const metadata = isRecord(raw.metadata) ? raw.metadata : {}
  return holdsTemplate([metadata.name, metadata.namespace, raw.spec, raw.ports, raw.endpoints])
}

/** A sentence that says what the file is. */
export function describeTemplate(mark: string): string {
  return `This is a template that has not been rendered (it has ${mark}), so it holds no objects yet.`
}

function holdsTemplate(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('{{')
  if (Array.isArray(value)) return value.some(holdsTemplate)
  // Unquoted, `{{ .Values.host }}` reads as a map whose key is a map, and becomes a key that begins with a brace.
  return isRecord(value) && Object.entries(value).some(([key, item]) => key.startsWith('{') || holdsTemplate(item))
}
