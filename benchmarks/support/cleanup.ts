/** What has to be undone before this process ends, whichever way it ends: latest first. */
const undo: (() => unknown)[] = []

/** Registers something to be undone at the end of the run, or on Ctrl-C. Returns how to do it now, and only once. */
export function atEnd(action: () => unknown): () => Promise<void> {
  undo.push(action)
  return async () => {
    const index = undo.indexOf(action)
    if (index < 0) return
    undo.splice(index, 1)
    await action()
  }
}

/** What is left for the very last moment, when nothing can be waited for and nothing new can begin. */
const lastly: (() => void)[] = []
process.on('exit', () => {
  for (const action of lastly) action()
})

/** Registers something to be done when this process exits. */
export function atExit(action: () => void): void {
  lastly.push(action)
}

let stopping = false

/** Whether this process was told to stop: what is measured from now on is worth nothing. */
export function isStopping(): boolean {
  return stopping
}

/** Undoes everything that is left. */
async function cleanUp(): Promise<void> {
  for (let action = undo.pop(); action !== undefined; action = undo.pop()) {
    await Promise.resolve()
      .then(action)
      .catch(error => console.error(error))
  }
}

/** Runs a program of this folder: cleans up when it returns, throws or is told to stop. */
export async function runToEnd(main: () => Promise<void>): Promise<void> {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      stopping = true
      void cleanUp().then(() => process.exit(code))
    })
  }
  try {
    await main()
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  } finally {
    await cleanUp()
  }
}
