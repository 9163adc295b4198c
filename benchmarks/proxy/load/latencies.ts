import type { Histogram } from 'hdr-histogram-js'

/** Percentiles in milliseconds of a histogram of microseconds. */
export function summarise(histogram: Histogram) {
  const ms = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000
  return { p50: ms(50), p90: ms(90), p99: ms(99), p999: ms(99.9) }
}
