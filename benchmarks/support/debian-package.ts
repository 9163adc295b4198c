import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { atEnd } from './cleanup.ts'
import { hasCommand, output } from './commands.ts'

/** Why a tool cannot be had here. */
export interface Missing {
  readonly missing: string
}

/**
 * Makes sure that `command` is there, and returns the line that says its version. What is missing is installed from
 * Debian by its name, without starting its service, if this process may do so.
 */
export async function ensureTool(
  command: string,
  debianPackage: string,
  versionFlag: string,
): Promise<{ version: string } | Missing> {
  if (!hasCommand(command)) {
    const reason = await install(debianPackage)
    if (reason !== undefined) return { missing: reason }
  }
  // wrk and others print their version and fail.
  const text = await output(command, [versionFlag]).catch((error: { stdout?: string; stderr?: string }) => {
    return `${error.stdout ?? ''}${error.stderr ?? ''}`
  })
  return { version: text.trim().split('\n')[0] ?? '' }
}

/** Returns why it could not be installed. */
async function install(debianPackage: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return `${debianPackage} is not installed, and only root could install it`
  if (!hasCommand('apt-get')) return `${debianPackage} is not installed, and there is no apt-get here`
  console.error(`installing ${debianPackage}`)
  const allowServices = await forbidServices()
  try {
    await output('apt-get', ['update', '-qq'])
    await output('apt-get', ['install', '-y', '-qq', '--no-install-recommends', debianPackage])
    return undefined
  } catch (error) {
    return `${debianPackage} could not be installed: ${(error as Error).message.trim().split('\n').at(-1)}`
  } finally {
    await allowServices()
  }
}

/** Debian starts what it installs, unless this file forbids it. */
const policy = '/usr/sbin/policy-rc.d'

async function forbidServices(): Promise<() => Promise<void>> {
  if (existsSync(policy)) return async () => {}
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return atEnd(() => rm(policy))
}
