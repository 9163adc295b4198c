/** The signals that end the program. */
const stopSignals = { SIGINT: 2, SIGTERM: 15 } as const

/** Resolves with the signal that asks the program to end; a second one ends it at once, with `beforeExit` called first. */
export function stopSignal(beforeExit: () => void): Promise<keyof typeof stopSignals> {
  return new Promise(resolve => {
    let isStopping = false
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, () => {
        if (isStopping) {
          beforeExit()
          process.exit(128 + stopSignals[name])
        }
        isStopping = true
        resolve(name)
      })
    }
  })
}
