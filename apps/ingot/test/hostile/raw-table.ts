import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RawCase, smugglingCases } from '../../../../packages/proxy/test/smuggling.cases.ts'
import { rawConnection } from '../../../../packages/proxy/test/support/raw-client.ts'
import type { RecordingUpstream } from '../../../../packages/proxy/test/support/recording-upstream.ts'

/** A case through the whole program. */
export interface HostileCase extends RawCase {
  /** No route takes it: the statuses it may be answered with; the connection may go on. */
  readonly answered?: readonly number[]
}

/** A case with the topic it belongs to. */
export interface TopicCase extends HostileCase {
  readonly topic: string
}

/** Cases of a file of data: by topic, as in `smuggling.cases.ts`. */
type CaseFile = Readonly<Record<string, readonly HostileCase[]>>

/** Every raw request there is, of the proxy's own tests and of `raw-requests.json`, in one table. */
export function rawTable(): TopicCase[] {
  const more = JSON.parse(readFileSync(join(import.meta.dirname, 'raw-requests.json'), 'utf8')) as CaseFile
  return [smugglingCases, more].flatMap(file =>
    Object.entries(file).flatMap(([topic, cases]) => cases.map(one => ({ ...one, topic }))),
  )
}

/** `{N*TEXT}` stands for N repetitions of TEXT. */
export function expand(text: string): string {
  return text.replace(/\{(\d+)\*([^}]*)\}/g, (_, count, piece: string) => piece.repeat(Number(count)))
}

/** What became of a raw request. */
export interface Outcome {
  /** The statuses that came back, interim ones left out; none if the connection was closed or nothing came. */
  readonly statuses: readonly number[]
  readonly closed: boolean
  /** What the upstream received, in normal form. */
  readonly requests: readonly string[]
  /** Whether any byte reached the upstream. */
  readonly reachedUpstream: boolean
  /** Everything the client received. */
  readonly text: string
}

/** How long to wait, in milliseconds: for answers, and for the end of the connection after a refusal. */
export interface Patience {
  readonly answer: number
  readonly close: number
}

/** Sends one case over a connection of its own, and waits until nothing more is to be expected. */
export async function send(
  port: number,
  raw: HostileCase,
  upstream: RecordingUpstream,
  patience: Patience = { answer: 1_500, close: 3_000 },
): Promise<Outcome> {
  upstream.forget()
  const client = await rawConnection(port, expand(raw.send))
  const wanted = raw.forwarded?.length ?? 1
  await client.until(text => statusesIn(text).length >= wanted, raw.incomplete ? 300 : patience.answer)
  // What must not come would come now: a second answer, or the end of the connection.
  await client.until(() => client.closed, raw.refused === undefined ? 25 : patience.close)
  client.socket.destroy()
  const text = client.received()
  return {
    ...{ statuses: statusesIn(text), closed: client.closed, text },
    ...{ requests: upstream.requests(), reachedUpstream: upstream.bytes() !== '' },
  }
}

function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.[01] ([2-9]\d\d)/g)].map(([, status]) => Number(status))
}

/** Why an outcome is not what the case requires, or `undefined` if it is. */
export function complaint(raw: HostileCase, outcome: Outcome): string | undefined {
  const { statuses, requests, closed, reachedUpstream } = outcome
  if (raw.refused !== undefined) {
    if (reachedUpstream) return 'reached the upstream'
    if (!raw.refused.includes(statuses[0]!)) return `answered ${statuses[0] ?? 'with nothing'}`
    return closed ? undefined : 'left the connection open'
  }
  if (raw.answered !== undefined) {
    if (reachedUpstream) return 'reached the upstream'
    return raw.answered.includes(statuses[0]!) ? undefined : `answered ${statuses[0] ?? 'with nothing'}`
  }
  if (raw.forwarded !== undefined) {
    if (statuses[0] !== 200) return `answered ${statuses[0] ?? 'with nothing'}`
    return JSON.stringify(requests) === JSON.stringify(raw.forwarded.map(expand))
      ? undefined
      : `forwarded ${requests.join(' ⏎ ')}`
  }
  if (statuses[0] === 200) return 'answered 200'
  return requests.length === 0 ? undefined : `forwarded ${requests.join(' ⏎ ')}`
}
