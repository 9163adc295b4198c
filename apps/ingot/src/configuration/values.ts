import { isIP } from 'node:net'
import * as v from 'valibot'

const timeUnits: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const timeMessage = 'a time is a number of seconds, or a text such as 500ms, 30s, 5m or 1h'
const timeSyntax = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)$/

/** A time as people write it: a number of seconds, or `500ms`, `30s`, `5m`, `1h`; read as milliseconds. */
export const duration = v.pipe(
  v.union(
    [v.pipe(v.number(), v.minValue(0, timeMessage)), v.pipe(v.string(), v.regex(timeSyntax, timeMessage))],
    timeMessage,
  ),
  v.transform(readDuration),
)

function readDuration(written: number | string): number {
  if (typeof written === 'number') return written * 1_000
  const [, amount, unit] = timeSyntax.exec(written)!
  return Number(amount) * timeUnits[unit!]!
}

const sizeUnits: Readonly<Record<string, number>> = {
  ...{ kB: 1e3, MB: 1e6, GB: 1e9 },
  ...{ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
}
const sizeMessage = 'a size is a number of bytes, or a text such as 16KiB, 10MB or 1GiB'
const sizeSyntax = /^(\d{1,9}(?:\.\d{1,9})?)(kB|MB|GB|KiB|MiB|GiB)$/

/** A number of bytes: plain, or `16KiB`, `10MB`. */
export const bytes = v.pipe(
  v.union(
    [
      v.pipe(v.number(), v.integer(sizeMessage), v.minValue(0, sizeMessage)),
      v.pipe(v.string(), v.regex(sizeSyntax, sizeMessage)),
    ],
    sizeMessage,
  ),
  v.transform(readSize),
)

function readSize(written: number | string): number {
  if (typeof written === 'number') return written
  const [, amount, unit] = sizeSyntax.exec(written)!
  return Math.round(Number(amount) * sizeUnits[unit!]!)
}

/** A TCP port; 0 takes a free one. */
export const port = v.pipe(
  v.number('a port is a number from 0 to 65535'),
  v.integer('a port is a number from 0 to 65535'),
  v.minValue(0, 'a port is a number from 0 to 65535'),
  v.maxValue(65_535, 'a port is a number from 0 to 65535'),
)

/** How many of something; 0 is allowed. */
export const count = v.pipe(
  v.number('a whole number is expected'),
  v.integer('a whole number is expected'),
  v.minValue(0, 'a whole number that is not negative is expected'),
)

/** The same from 1 on. */
export const positive = v.pipe(count, v.minValue(1, 'a number from 1 on is expected'))

/** A number that is not negative. */
export const amount = v.pipe(
  v.number('a number is expected'),
  v.minValue(0, 'a number that is not negative is expected'),
)

/** A part of the whole. */
export const share = v.pipe(
  v.number('a number from 0 to 1 is expected'),
  v.minValue(0, 'a number from 0 to 1 is expected'),
  v.maxValue(1, 'a number from 0 to 1 is expected'),
)

/** A text that is not empty. */
export const text = v.pipe(v.string('a text is expected'), v.minLength(1, 'a text that is not empty is expected'))

/** An address or a CIDR block: `10.0.0.0/8`, `2001:db8::1`. */
export const addressBlock = v.pipe(
  text,
  v.check(isAddressBlock, 'an IP address or a CIDR block such as 10.0.0.0/8 is expected'),
)

function isAddressBlock(written: string): boolean {
  const [address = '', bits, ...more] = written.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

/** Yes or no. */
export const flag = v.boolean('true or false is expected')

/** Values by name: fields of a message, say. */
export const named = v.record(text, v.string('a text is expected'))
