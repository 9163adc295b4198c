const levels: Readonly<Record<number, string>> = {
  ...{ 10: 'trace', 20: 'debug', 30: 'info ', 40: 'warn ', 50: 'error', 60: 'fatal' },
}

/** What the level says already. */
const said: ReadonlySet<string> = new Set(['severity'])

type Fields = Readonly<Record<string, unknown>>

/** A log line for people: time, level, what happened, and the rest as `name=value`. */
export function formatLogLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Fields
  const front = `${String(time).slice(11, 23)} ${levels[Number(level)] ?? String(level)}`
  const text = msg === 'request' ? formatRequest(fields) : `${String(msg)}${formatFields(fields)}`
  return `${front} ${harmless(text)}`
}

/** `GET http://shop.example.com/cart 200 in 3.1 ms: default/shop /cart from 10.0.0.7:8080`. */
function formatRequest(fields: Fields): string {
  const {
    method,
    protocol,
    host = '',
    path = '',
    status,
    ms,
    ingress,
    pathRule,
    endpoint,
    reason,
    detail,
    attempts,
  } = fields as Record<string, string | number | undefined>
  const why = reason === undefined ? '' : ` (${reason}${detail === undefined ? '' : `: ${detail}`})`
  const route = ingress === undefined ? '' : `: ${ingress}${pathRule === undefined ? '' : ` ${pathRule}`}`
  const from = endpoint === undefined ? '' : ` from ${endpoint}`
  const again = Number(attempts) > 1 ? ` after ${attempts} attempts` : ''
  return `${method} ${protocol}://${host}${path} ${status}${why} in ${ms} ms${route}${from}${again}`
}

function formatFields(fields: Fields): string {
  return Object.entries(fields)
    .filter(([name]) => !said.has(name))
    .map(([name, value]) => ` ${name}=${formatValue(name, value)}`)
    .join('')
}

function formatValue(name: string, value: unknown): string {
  if (name === 'err') return String((value as { stack?: string; message?: string }).stack ?? JSON.stringify(value))
  return typeof value === 'string' && !/[\s"]/.test(value) ? value : JSON.stringify(value)
}

/** A terminal obeys control characters, and some of the text is what clients sent. */
function harmless(text: string): string {
  let safe = ''
  for (const character of text) {
    const code = character.codePointAt(0)!
    const isControl = (code < 32 && code !== 10) || (code >= 127 && code < 160)
    safe += isControl ? `\\x${code.toString(16).padStart(2, '0')}` : character
  }
  return safe
}
