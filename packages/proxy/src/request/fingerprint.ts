/** FNV-1a twice, from different beginnings: 63 bits, and never 0. */
export function fingerprint(text: string): bigint {
  let low = 0x811c9dc5
  let high = 0x2f0b4a27
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x01000193) ^ (high >>> 15)
  }
  return (BigInt((high >>> 0) & 0x7fffffff) << 32n) | BigInt(low >>> 0) || 1n
}
