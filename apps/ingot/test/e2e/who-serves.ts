import type { Received } from './backends.ts'
import { get } from './http-client.ts'
import type { IngotProcess } from './ingot-process.ts'

/** Which backend answers, or which status the proxy answers by itself. */
export async function whoServes(ingot: IngotProcess, host: string, target = '/'): Promise<string | number> {
  const { status, body } = await get(ingot.port('http'), host, target)
  return status === 200 ? (JSON.parse(body) as Received).backend : status
}
