/** Loaded into the proxy before its own code; records a CPU profile between two messages of the parent. */
import { Session } from 'node:inspector/promises'

const session = new Session()
session.connect()

process.on('message', async (order: 'start' | 'stop') => {
  if (order === 'start') {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: 250 })
    await session.post('Profiler.start')
    process.send?.('started')
  } else {
    process.send?.((await session.post('Profiler.stop')).profile)
  }
})
