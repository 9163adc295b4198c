/** A request that this API server refuses, as the `Status` that is its answer. */
export class Refused extends Error {
  readonly code: number
  readonly reason: string

  constructor(code: number, reason: string, message: string) {
    super(message)
    this.code = code
    this.reason = reason
  }

  get status(): Record<string, unknown> {
    const { code, reason, message } = this
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
  }
}

export const notFound = (plural: string, name: string) => new Refused(404, 'NotFound', `${plural} "${name}" not found`)
export const alreadyExists = (plural: string, name: string) =>
  new Refused(409, 'AlreadyExists', `${plural} "${name}" already exists`)
export const conflict = (plural: string, name: string) =>
  new Refused(409, 'Conflict', `Operation cannot be fulfilled on ${plural} "${name}": the object has been modified`)
export const invalid = (kind: string, name: string, problems: readonly string[]) =>
  new Refused(422, 'Invalid', `${kind} "${name}" is invalid: ${problems.join(', ')}`)
export const expired = (message: string) => new Refused(410, 'Expired', message)
export const badRequest = (message: string) => new Refused(400, 'BadRequest', message)
