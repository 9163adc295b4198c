import { number, table, times } from './table.ts'

/** What should be reached, and how it is found in a result. */
export interface Goal<Result> {
  readonly title: string
  readonly unit: 'x' | 'MB' | '%' | 'bytes' | 's'
  /** Below this it has failed; the target itself where there is no such limit. */
  readonly must?: number
  readonly target: number
  readonly moonshot: number
  /** `NaN` if it was not measured. */
  readonly measure: (result: Result) => number
}

/** A goal with its limits in ascending order of ambition: `[must, target, moonshot]` or `[target, moonshot]`. */
export function goal<Result>(
  title: string,
  unit: Goal<Result>['unit'],
  limits: readonly [number, number, number] | readonly [number, number],
  measure: Goal<Result>['measure'],
): Goal<Result> {
  const [moonshot, target, must] = [...limits].reverse() as [number, number, number | undefined]
  return { title, unit, ...(must !== undefined && { must }), target, moonshot, measure }
}

/** What was measured beside each goal, and which of its limits that reaches. */
export function goalTable<Result>(heading: string, goals: readonly Goal<Result>[], result: Result): string {
  const hasMust = goals.some(({ must }) => must !== undefined)
  const rows = goals.map(goal => {
    const show = (figure: number) => (goal.unit === 'x' ? times(figure) : `${number(figure)} ${goal.unit}`)
    const value = goal.measure(result)
    const measured = Number.isFinite(value) ? `**${show(value)}**` : '–'
    const must = goal.must === undefined ? '' : show(goal.must)
    return [
      goal.title,
      measured,
      ...(hasMust ? [must] : []),
      show(goal.target),
      show(goal.moonshot),
      reached(goal, value),
    ]
  })
  return table([heading, 'measured', ...(hasMust ? ['must'] : []), 'target', 'moonshot', 'reached'], rows)
}

function reached({ must, target, moonshot }: Goal<never>, value: number): string {
  if (!Number.isFinite(value)) return 'not measured'
  const meets = (limit: number) => (moonshot < target ? value <= limit : value >= limit)
  if (meets(moonshot)) return 'moonshot'
  if (meets(target)) return 'target'
  return must !== undefined && meets(must) ? 'must' : '**missed**'
}
