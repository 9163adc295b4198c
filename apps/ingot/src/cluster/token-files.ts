import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { isRecord } from './api-object.ts'

/**
 * The tokens of users whose kubeconfig names a file for theirs (`tokenFile`), which wins over a `token` as it does with
 * kubectl. Throws if such a file cannot be read.
 */
export function tokensOfFiles(kubeconfig: string | undefined): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>()
  for (const file of kubeconfigFiles(kubeconfig)) {
    for (const [name, tokenFile] of tokenFilesOf(parse(readFileSync(file, 'utf8')))) {
      // Of several files the first that knows a user says what it is.
      if (!tokens.has(name)) tokens.set(name, readFileSync(resolve(dirname(file), tokenFile), 'utf8').trim())
    }
  }
  return tokens
}

/** The files that a kubeconfig is made of: the one that is named, else those of `$KUBECONFIG`, else `~/.kube/config`; as far as they exist. */
export function kubeconfigFiles(kubeconfig: string | undefined): string[] {
  if (kubeconfig !== undefined) return [kubeconfig]
  const { KUBECONFIG } = process.env
  const files = KUBECONFIG ? KUBECONFIG.split(delimiter) : [join(homedir(), '.kube', 'config')]
  return files.filter(file => file !== '' && existsSync(file))
}

function tokenFilesOf(config: unknown): [string, string][] {
  const users = isRecord(config) && Array.isArray(config.users) ? config.users : []
  return users.flatMap((entry): [string, string][] => {
    const { name, user } = isRecord(entry) ? entry : {}
    if (typeof name !== 'string' || !isRecord(user)) return []
    return typeof user.tokenFile === 'string' && user.tokenFile !== '' ? [[name, user.tokenFile]] : []
  })
}
