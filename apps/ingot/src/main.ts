#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addCheckCommand } from './commands/check.options.ts'
import { addDiffCommand } from './commands/diff.options.ts'
import { addExplainCommand } from './commands/explain.options.ts'
import { addRoutesCommand } from './commands/routes.options.ts'
import { addServeCommand } from './commands/serve.options.ts'
import { addTestCommand } from './commands/test.options.ts'
import { isAtLeast } from './node-version.ts'

// Commands load their own code when they run, so that `--help` stays quick.
const { version, description, engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

// Otherwise the first command that misses something would say so in words that help nobody.
if (!isAtLeast(process.version, engines.node)) {
  console.error(`ingot: this is Node.js ${process.version.slice(1)}; ingot needs ${engines.node}`)
  process.exit(2)
}

const program = new Command('ingot').description(description).version(version)
// What cannot be understood is unusable input, also on the command line.
program.exitOverride(error => process.exit(error.exitCode === 0 ? 0 : 2))
addCheckCommand(program)
addDiffCommand(program)
addExplainCommand(program)
addRoutesCommand(program)
addServeCommand(program)
addTestCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  // Whatever gets here kept the program from doing its job: a folder that is not there, a port that is taken.
  console.error(`ingot: ${(error as Error).message}`)
  process.exitCode = 2
}
