import { isRecord } from './api-object.ts'

/** What {@link ApiError} is made of. */
export interface ApiErrorDetails {
  /** The HTTP status, or 0 if there was no answer. */
  readonly code: number
  /** The API server's own word, such as `NotFound`; `Unreachable`, `TimedOut` or `BadAnswer` where it said none. */
  readonly reason: string
  /** How long the API server asks to be left alone, in milliseconds. */
  readonly retryAfter?: number | undefined
  readonly cause?: unknown
}

/** A request to the API server that failed. The message never holds credentials or what was sent. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: number
  readonly reason: string
  readonly retryAfter: number | undefined

  constructor(message: string, details: ApiErrorDetails) {
    super(message, { cause: details.cause })
    this.code = details.code
    this.reason = details.reason
    this.retryAfter = details.retryAfter
  }
}

/** The error in a `Status` object: the body of a failed request, or the object of an ERROR event in a watch. */
export function errorFromStatus(status: unknown, code: number, retryAfterHeader?: string): ApiError {
  const fields = isRecord(status) ? status : {}
  const details = isRecord(fields.details) ? fields.details : {}
  const seconds = Number(retryAfterHeader ?? details.retryAfterSeconds)
  const actualCode = typeof fields.code === 'number' ? fields.code : code
  return new ApiError(typeof fields.message === 'string' ? fields.message : `The API server answered ${actualCode}`, {
    code: actualCode,
    reason: typeof fields.reason === 'string' && fields.reason !== '' ? fields.reason : 'Unknown',
    retryAfter: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined,
  })
}

/** Whether the error is an {@link ApiError} with this HTTP status. */
export function hasCode(error: unknown, code: number): error is ApiError {
  return error instanceof ApiError && error.code === code
}
