type Point = readonly [x: number, y: number]

/** A line through points, in units of y for each unit of x. */
export interface Line {
  readonly slope: number
  /** The standard error of the slope, as if the points erred independently of each other. */
  readonly error: number
}

const flat: Line = { slope: 0, error: 0 }

/** The line that fits the points best by least squares; flat, and without error, for fewer than three points. */
export function fitLine(points: readonly Point[]): Line {
  const [meanX, meanY] = [mean(points, 0), mean(points, 1)]
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  if (points.length < 3 || !(spread > 0)) return flat
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread
  const misses = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0)
  return { slope, error: Math.sqrt(misses / (points.length - 2) / spread) }
}

function mean(points: readonly Point[], index: 0 | 1): number {
  return points.reduce((sum, point) => sum + point[index], 0) / points.length
}
