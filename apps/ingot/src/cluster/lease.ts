import { type ApiObject, isRecord } from './api-object.ts'

/** Who leads, as a Lease says it (coordination.k8s.io/v1). */
export interface LeaseRecord {
  /** Empty if the last leader has let go. */
  readonly holder: string
  readonly durationSeconds: number
  /** By the clock of the holder; never compared with ours. */
  readonly renewTime: string
  readonly acquireTime: string
  readonly transitions: number
}

export function readLease(lease: ApiObject): LeaseRecord {
  const spec = isRecord(lease.spec) ? lease.spec : {}
  return {
    holder: String(spec.holderIdentity ?? ''),
    durationSeconds: Number(spec.leaseDurationSeconds ?? 0),
    renewTime: String(spec.renewTime ?? ''),
    acquireTime: String(spec.acquireTime ?? ''),
    transitions: Number(spec.leaseTransitions ?? 0),
  }
}

export function leaseSpec(record: LeaseRecord): Record<string, unknown> {
  return {
    holderIdentity: record.holder,
    leaseDurationSeconds: record.durationSeconds,
    renewTime: record.renewTime,
    acquireTime: record.acquireTime,
    leaseTransitions: record.transitions,
  }
}

/** The time of now as Kubernetes writes a `MicroTime`: it takes six digits after the point and no other number of them. */
export function microTime(now = new Date()): string {
  return now.toISOString().replace('Z', '000Z')
}
