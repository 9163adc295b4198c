import type { WriteStream } from 'node:tty'
import { expect, it } from 'vitest'
import { Progress } from '../../src/terminal/progress.ts'

/** Remembers what is written to it. */
function stream(isTTY: boolean) {
  const written: string[] = []
  return { written, stream: { isTTY, write: (text: string) => written.push(text) } as unknown as WriteStream }
}

it('draws how far the work is on one line, and takes the line away', () => {
  const { written, stream: terminal } = stream(true)
  const progress = new Progress(terminal)
  progress.update('files read', 5, 20)
  progress.clear()
  expect(written).toEqual([`\r\x1b[2K${'█'.repeat(5)}${'░'.repeat(15)} files read 5/20`, '\r\x1b[2K'])
})

it('draws nothing twice within a tenth of a second', () => {
  const { written, stream: terminal } = stream(true)
  const progress = new Progress(terminal)
  for (let done = 0; done < 1000; done++) progress.update('files read', done, 1000)
  expect(written.length).toBeLessThan(1000)
})

it('writes nothing where there is no terminal', () => {
  const { written, stream: pipe } = stream(false)
  const progress = new Progress(pipe)
  progress.update('files read', 5, 20)
  progress.clear()
  expect(written).toEqual([])
})
