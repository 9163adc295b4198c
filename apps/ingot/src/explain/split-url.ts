/** A URL as it would travel: nothing decoded, resolved or lower-cased, as `URL` would. */
export interface SplitUrl {
  readonly scheme: string
  /** The authority; `undefined` if the text is only a path. */
  readonly authority: string | undefined
  /** Without the query; `/` if empty. A fragment is left in, as a request target with a raw `#` is refused. */
  readonly path: string
  /** From the `?` on. */
  readonly query: string
}

/** Splits a URL, `host/path` or `/path` without normalising anything. */
export function splitUrl(text: string): SplitUrl {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/([\s\S]*)$/i.exec(text) ?? [undefined, 'http', text]
  const end = rest!.search(/[/?]/)
  const authority = end < 0 ? rest! : rest!.slice(0, end)
  const target = end < 0 ? '' : rest!.slice(end)
  const query = target.indexOf('?')
  const path = query < 0 ? target : target.slice(0, query)
  return {
    scheme: scheme!.toLowerCase(),
    authority: authority === '' && scheme === 'http' && text.startsWith('/') ? undefined : authority,
    path: path === '' ? '/' : path,
    query: query < 0 ? '' : target.slice(query),
  }
}
