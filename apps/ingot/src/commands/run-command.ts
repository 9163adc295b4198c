import { UnusableInput } from '../unusable-input.ts'

/** 0: fine. 1: there are findings. 2: the input cannot be used. */
export type ExitCode = 0 | 1 | 2

/** Runs the work of a command and turns its outcome into the exit code of the program. */
export async function runCommand(work: () => Promise<ExitCode>): Promise<void> {
  // `ingot explain … | head` has read enough.
  process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 2))
  try {
    process.exitCode = await work()
  } catch (error) {
    if (!(error instanceof UnusableInput)) throw error
    process.stderr.write(`ingot: ${error.message}\n`)
    process.exitCode = 2
  }
}
