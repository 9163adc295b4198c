import { parentPort, workerData } from 'node:worker_threads'
import { TrafficTelemetry } from '../telemetry/traffic-telemetry.ts'
import { LogBatches } from './log-batches.ts'
import { Traffic } from './traffic.ts'
import type { TrafficSettings } from './traffic-settings.ts'
import type { WorkerCall, WorkerMessage } from './worker-messages.ts'

/** The life of a worker: it serves traffic, and does what the main thread asks. */
const settings = workerData as TrafficSettings
const send = (message: WorkerMessage) => parentPort!.postMessage(message)
const lines = new LogBatches(text => send({ kind: 'log', lines: text }))
const traffic = new Traffic(settings, await TrafficTelemetry.start(settings, lines))

parentPort!.on('message', async ({ id, method, argument }: WorkerCall) => {
  try {
    const value = await traffic[method](argument as never)
    lines.flush()
    send({ kind: 'result', id, value })
  } catch (error) {
    send({ kind: 'failure', id, error: error as Error })
  }
})

// The last lines are the ones that say why.
process.on('uncaughtExceptionMonitor', () => lines.flush())
