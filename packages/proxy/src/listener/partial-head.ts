/** How many characters are waited for at most: of a head that is longer the parser has what there is. */
export const longestPartialHead = 512

/** A request line and fields, the last of them perhaps not whole, that no parser finds fault with and that may go on. */
const beginning =
  /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/[!-~]* HTTP\/1\.1\r\n(?:[\w-]+:[\t -~]*\r\n)*(?:[\w-]+(?::[\t -~]*\r?)?|\r)?$/

/** The fields whose values a parser judges before it knows the whole head. */
const judged = /^(?:content-length|transfer-encoding):/im

/**
 * Whether `text` is the first part of a head, and so plain that a parser has nothing to say to it yet: the rest can be
 * waited for without one. What does not look like that may still be a good head.
 */
export function isPartialHead(text: string): boolean {
  return text.length <= longestPartialHead && beginning.test(text) && !judged.test(text)
}
