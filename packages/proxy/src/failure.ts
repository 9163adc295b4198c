/** Every way a request can end other than by its upstream's answer, and the status the client is told. */
export const statusOf = {
  'bad-request': 400,
  'bad-host': 400,
  'bad-path': 400,
  'ambiguous-path': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  'body-too-large': 413,
  'target-too-long': 414,
  'expectation-failed': 417,
  misdirected: 421,
  'rate-limited': 429,
  'head-too-large': 431,
  'client-closed': 499,
  'internal-error': 500,
  'authentication-failed': 500,
  'unknown-method': 501,
  'connection-refused': 502,
  'connection-failed': 502,
  'connection-reset': 502,
  'bad-response': 502,
  'no-service': 503,
  'no-port': 503,
  'no-endpoints': 503,
  'unsupported-backend': 503,
  'unsupported-security-annotation': 503,
  'unsupported-expression': 503,
  overloaded: 503,
  'connect-timeout': 504,
  'head-timeout': 504,
  'body-timeout': 504,
  'total-timeout': 504,
  'unsupported-version': 505,
} as const satisfies Record<string, number>

/** The stable name of a failure: it is in the body of the answer, in the record of the request, and in metrics. */
export type FailureCode = keyof typeof statusOf

/** Why the proxy itself answers a request. `reason` says more where one code covers several causes. */
export interface RequestFailure {
  readonly code: FailureCode
  readonly reason?: string | undefined
}

/** The whole body of a failure's answer: one line, which says no more than the code and the reason. */
export function failureBody(failure: RequestFailure): string {
  const detail = failure.reason === undefined ? '' : `: ${failure.reason}`
  return `${statusOf[failure.code]} ${failure.code}${detail}\n`
}

/** A frozen failure, so that refusing a request allocates nothing. */
export function failure<Code extends FailureCode>(
  code: Code,
  reason?: string,
): { readonly code: Code; readonly reason?: string | undefined } {
  return Object.freeze({ code, reason })
}
