import type { DataPlane } from './data-plane.ts'

/** What the main thread may ask of a worker: anything a data plane does. */
export type WorkerMethod = keyof DataPlane

/** To a worker. */
export interface WorkerCall {
  readonly id: number
  readonly method: WorkerMethod
  readonly argument: unknown
}

/** From a worker. */
export type WorkerMessage =
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: Error }
  | { readonly kind: 'log'; readonly lines: string }
