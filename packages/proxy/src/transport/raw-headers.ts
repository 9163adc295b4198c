import type { RawHeaders } from './transport.ts'

/** All values of a field, in their order. */
export function valuesOf(headers: RawHeaders, lowerName: string): string[] {
  return headers.filter((_, index) => index % 2 === 1 && headers[index - 1]!.toLowerCase() === lowerName)
}
