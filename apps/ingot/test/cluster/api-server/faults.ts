import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ApiRequest, readApiRequest, type Verb } from './api-request.ts'

/** Which requests a fault is for; all of them, if nothing is said. */
export interface When {
  readonly verb?: Verb
  readonly plural?: string
  readonly name?: string
  /** The start of the user agent, which tells one replica from another. */
  readonly client?: string
}

/** What goes wrong. */
export type Fault =
  | { readonly answer: number; readonly reason?: string; readonly retryAfter?: number }
  /** The connection is reset before there is an answer. */
  | { readonly reset: true }
  /** There never is an answer. */
  | { readonly hang: true }
  /** The answer comes, but late: after so many milliseconds. */
  | { readonly delay: number }
  /** The request is carried out, and then the connection is reset. */
  | { readonly loseAnswer: true }

interface Rule {
  readonly when: When
  readonly fault: Fault
  left: number
}

interface LiveWatch {
  readonly request: ApiRequest
  readonly response: ServerResponse
  readonly write: (text: string) => void
  stalled: boolean
}

/** Puts an API server, a test one or a real one, behind faults that happen when a test says so. */
export class Faults {
  readonly #rules = new Set<Rule>()
  readonly #watches = new Set<LiveWatch>()
  /** Every request that came, with those that met a fault. */
  readonly requests: ApiRequest[] = []

  /** From now on, and for so many requests. Returns how to take it back. */
  add(when: When, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    const rule = { when, fault, left: times }
    this.#rules.add(rule)
    return () => this.#rules.delete(rule)
  }

  clear(): void {
    this.#rules.clear()
  }

  /** How many watches are open. */
  watches(when: When = {}): number {
    return this.#matching(when).length
  }

  /** Ends open watches: in good order, or with a reset. */
  cut(how: 'end' | 'reset', when: When = {}): void {
    for (const { response } of this.#matching(when)) {
      if (how === 'end') response.end()
      else response.socket?.resetAndDestroy()
    }
  }

  /** Open watches stay open and bring nothing more. */
  stall(when: When = {}): void {
    for (const watch of this.#matching(when)) watch.stalled = true
  }

  /** Sends a line on open watches: an event that comes twice or too late, an error, or nonsense. */
  say(line: unknown, when: When = {}): void {
    const text = typeof line === 'string' ? line : JSON.stringify(line)
    for (const { write } of this.#matching(when)) write(`${text}\n`)
  }

  /** The handler behind the faults. */
  before(handler: RequestListener): RequestListener {
    return (message, response) => void this.#handle(message, response, handler)
  }

  async #handle(message: IncomingMessage, response: ServerResponse, handler: RequestListener): Promise<void> {
    const request = readApiRequest(message)
    if (request === undefined) return handler(message, response)
    this.requests.push(request)
    const fault = this.#take(request)
    if (fault === undefined) return this.#pass(message, response, request, handler)
    if ('hang' in fault) return
    if ('reset' in fault) return void message.socket.resetAndDestroy()
    if ('delay' in fault) {
      await sleep(fault.delay)
      return this.#pass(message, response, request, handler)
    }
    if ('loseAnswer' in fault) return loseAnswer(message, response, handler)
    const { answer, reason = 'InternalError', retryAfter } = fault
    const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'a fault', reason, code: answer }
    if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
    response.writeHead(answer, { 'content-type': 'application/json' })
    response.end(JSON.stringify(status))
  }

  #pass(message: IncomingMessage, response: ServerResponse, request: ApiRequest, handler: RequestListener): void {
    if (request.verb === 'watch') this.#follow(request, response)
    handler(message, response)
  }

  #follow(request: ApiRequest, response: ServerResponse): void {
    const write = response.write.bind(response)
    const watch: LiveWatch = { request, response, write, stalled: false }
    response.write = ((chunk: string) => watch.stalled || write(chunk)) as typeof response.write
    const end = response.end.bind(response)
    response.end = ((...chunks: []) => (watch.stalled ? response : end(...chunks))) as typeof response.end
    this.#watches.add(watch)
    response.on('close', () => this.#watches.delete(watch))
  }

  #take(request: ApiRequest): Fault | undefined {
    for (const rule of this.#rules) {
      if (!matches(request, rule.when)) continue
      rule.left -= 1
      if (rule.left <= 0) this.#rules.delete(rule)
      return rule.fault
    }
    return undefined
  }

  #matching(when: When): LiveWatch[] {
    return [...this.#watches].filter(watch => matches(watch.request, when))
  }
}

function loseAnswer(message: IncomingMessage, response: ServerResponse, handler: RequestListener): void {
  response.end = (() => {
    message.socket.resetAndDestroy()
    return response
  }) as typeof response.end
  handler(message, response)
}

/** Whether a request is one of those. */
export function matches(request: ApiRequest, { verb, plural, name, client }: When): boolean {
  return (
    (verb === undefined || request.verb === verb) &&
    (plural === undefined || request.kind.plural === plural) &&
    (name === undefined || request.name === name || request.query.get('fieldSelector') === `metadata.name=${name}`) &&
    (client === undefined || request.userAgent === client)
  )
}
