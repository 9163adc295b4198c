import { type Fault, type FaultyUpstream, faultyUpstream } from '../../apps/ingot/test/hostile/faulty-upstream.ts'
import type { ErrorLedger } from './error-ledger.ts'

const closing: readonly Fault[] = ['close-after-answer', 'close-when-idle']
const failing: readonly Fault[] = [...closing, 'reset-before-head', 'reset-within-head', 'reset-after-head', 'silence']

/**
 * Starts three upstreams that tell the ledger of each arrival. The first commits every fault, on one in a hundred
 * requests, if it `mayFail`; the others, and the first otherwise, only close connections, as servers do.
 */
export async function soakUpstreams(mayFail: boolean, ledger: ErrorLedger): Promise<readonly FaultyUpstream[]> {
  const upstreams = [await faultyUpstream(), await faultyUpstream(), await faultyUpstream()]
  for (const [index, upstream] of upstreams.entries()) {
    const choose = index === 0 ? inTurn(mayFail ? failing : closing, 100) : inTurn(closing, 50)
    upstream.fault = id => {
      const fault = choose()
      // Clients that leave ask for `/`, and WebSockets for `/ws`: they are looked after elsewhere.
      if (id !== '' && id !== 'ws') ledger.arrived(id, index, fault)
      return fault
    }
  }
  return upstreams
}

/** One of the faults each `every` requests, one after the other. */
function inTurn(faults: readonly Fault[], every: number): () => Fault | undefined {
  let turn = 0
  return () => {
    const number = turn++
    return number % every === 0 ? faults[(number / every) % faults.length] : undefined
  }
}
