import { findMyWay } from './find-my-way.ts'
import { honoRegExp, honoTrie } from './hono.ts'
import { ingot } from './ingot.ts'
import { medleyRouter } from './medley-router.ts'
import { memoirist } from './memoirist.ts'
import { naiveScan } from './naive-scan.ts'
import type { Rival } from './rival.ts'
import { rou3 } from './rou3.ts'
import { sortedScan } from './sorted-scan.ts'

export const rivals: readonly Rival[] = [
  ingot,
  sortedScan,
  memoirist,
  medleyRouter,
  findMyWay,
  rou3,
  honoRegExp,
  honoTrie,
  naiveScan,
]
