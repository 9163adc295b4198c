import { findMyWay, findMyWayHosts } from './find-my-way.ts'
import { honoRivals } from './hono.ts'
import { ingot, ingotBytes } from './ingot.ts'
import { medleyRouter } from './medley-router.ts'
import { memoirist } from './memoirist.ts'
import { naiveScan } from './naive-scan.ts'
import { pathToRegexpScan } from './path-to-regexp.ts'
import type { Rival } from './rival.ts'
import { rou3, rou3Compiled } from './rou3.ts'
import { sortedScan } from './sorted-scan.ts'

/** Everyone, Ingot first. */
export const rivals: readonly Rival[] = [
  ingot,
  ingotBytes,
  sortedScan,
  memoirist,
  medleyRouter,
  findMyWay,
  findMyWayHosts,
  rou3,
  rou3Compiled,
  ...honoRivals,
  pathToRegexpScan,
  naiveScan,
]
