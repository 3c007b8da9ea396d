/** The heap size at which the next collection ends, as runtime.MemStats.NextGC has it. */
import type { HEAP_STRUCTS } from './contract.js'
import type { StructAt } from './struct-at.js'

type Structs = typeof HEAP_STRUCTS
type Controller = StructAt<keyof Structs['gcControllerState']['fields']>

/** What there is between the trigger and the goal at least (mgcpacer.go, minRunway). */
const RUNWAY = 64n << 10n
/** What the memory limit's goal stays below the limit at least (mgcpacer.go, memoryLimitMinHeapGoalHeadroom). */
const LEAST_HEADROOM = 1n << 20n
/** A trigger that was not reached in this cycle. */
const NOT_TRIGGERED = (1n << 64n) - 1n

/**
 * Until Go 1.18 the runtime stores it; since 1.19 it works it out when it is asked (mgcpacer.go, heapGoalInternal).
 * @param stored where the runtime stores it
 * @param heapAlloc bytes of objects, as runtime.MemStats.HeapAlloc has them
 * @returns bytes; above 2^53 where there is none, with GOGC=off and no limit; undefined where it is not known
 */
export function heapGoal(
  stored: bigint | undefined,
  controller: Controller | undefined,
  limitHeadroomPercent: bigint,
  heapAlloc: bigint | undefined,
): bigint | undefined {
  if (stored !== undefined) return stored
  const byPercent = controller?.uint('gcPercentHeapGoal')
  if (controller === undefined || byPercent === undefined) return undefined
  const byLimit = memoryLimitGoal(controller, limitHeadroomPercent, heapAlloc)
  const sweepDistance = controller.uint('sweepDistMinTrigger')
  const triggered = controller.uint('triggered')
  if (byLimit === undefined || sweepDistance === undefined || triggered === undefined) return undefined
  if (byLimit < byPercent) return byLimit
  const least = triggered === NOT_TRIGGERED ? 0n : triggered + RUNWAY
  return [sweepDistance, least].reduce((goal, other) => (other > goal ? other : goal), byPercent)
}

/** mgcpacer.go, memoryLimitHeapGoal. */
function memoryLimitGoal(controller: Controller, percent: bigint, heapAlloc: bigint | undefined): bigint | undefined {
  const [limit, marked, ready] = [
    controller.uint('memoryLimit'),
    controller.uint('heapMarked'),
    controller.uint('mappedReady'),
  ]
  const free = controller.uint('heapFree')
  if (limit === undefined || marked === undefined || ready === undefined) return undefined
  if (free === undefined || heapAlloc === undefined) return undefined
  const beside = ready - free - heapAlloc
  const overage = ready > limit ? ready - limit : 0n
  if (beside + overage >= limit) return marked
  let goal = limit - (beside + overage)
  const share = (goal / 100n) * percent
  const headroom = share < LEAST_HEADROOM ? LEAST_HEADROOM : share
  goal = goal < headroom || goal - headroom < headroom ? headroom : goal - headroom
  return goal < marked ? marked : goal
}
