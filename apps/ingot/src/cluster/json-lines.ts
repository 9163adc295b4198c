/** A line larger than this is not an event: etcd takes objects of 1.5 MiB. */
const maxLine = 16 * 1024 * 1024

/** The JSON values of a stream with one in each line. Throws a `SyntaxError` for a line that is not JSON. */
export async function* readJsonLines(body: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  let pending: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...pending, chunk.subarray(start, end)])
      pending = []
      size = 0
      start = end + 1
      if (line.length > 0) yield JSON.parse(line.toString('utf8'))
    }
    if (start < chunk.length) pending.push(chunk.subarray(start))
    size += chunk.length - start
    if (size > maxLine) throw new SyntaxError(`A line is longer than ${maxLine} bytes`)
  }
}
