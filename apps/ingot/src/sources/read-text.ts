import { readFile } from 'node:fs/promises'

/** The text of a file, in UTF-8 or, with a byte order mark, UTF-16; or why it cannot be had. Never throws. */
export async function readText(file: string): Promise<string | Error> {
  try {
    return decodeText(await readFile(file))
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Text of YAML or JSON, which PowerShell likes to write in UTF-16; an error if it is no text at all. */
export function decodeText(bytes: Uint8Array): string | Error {
  const encoding = encodingOf(bytes)
  const text = new TextDecoder(encoding).decode(bytes)
  return text.includes('\0') ? new Error('it is not text, but binary data') : text
}

/** Neither YAML nor JSON begins with a character that has no zero byte in UTF-16. */
function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (second === 0 && first !== 0) return 'utf-16le'
  return first === 0 && second !== 0 ? 'utf-16be' : 'utf-8'
}
