/** What the person at the screen has chosen, and what a key makes of it. Nothing here reads or draws. */
import type { GroupKey } from '../render/group-name.js'
import { AT_TOP, type Cursor, type Listed, moved } from './cursor.js'
import { type Action, actionOf } from './keys.js'
import { GOROUTINE_ORDERS, type GoroutineOrder, GROUP_ORDERS, type GroupOrder } from './order.js'

/** What is on the screen below the header; each was opened from the one before it. */
export type View =
  | { readonly kind: 'groups'; readonly cursor: Cursor }
  /** The goroutines of the group of this name. */
  | { readonly kind: 'goroutines'; readonly group: string; readonly cursor: Cursor }
  | { readonly kind: 'goroutine'; readonly id: number; readonly scroll: number }

export interface TopState {
  readonly views: readonly View[]
  readonly grouping: GroupKey
  readonly groupOrder: GroupOrder
  readonly goroutineOrder: GoroutineOrder
  readonly reversed: boolean
  /** As `dump --filter` has it; '' for none. */
  readonly filter: string
  /** What is being typed as a filter; null where nothing is. */
  readonly typed: string | null
  /** The runtime's own goroutines and calls too. */
  readonly system: boolean
  readonly frozen: boolean
  readonly help: boolean
  readonly intervalMs: number
}

/** What is to be done beyond the screen. */
export type Effect = 'quit' | 'suspend' | 'redraw' | 'reset-growth'

/** What a key needs to know of what is on the screen. */
export interface OnScreen {
  /** The list of the view; of a stack, its lines. */
  readonly list: Listed
  /** How many entries have room. */
  readonly room: number
  /** What goroutines can be grouped by. */
  readonly groupings: readonly GroupKey[]
  /** The id of the goroutine, or the name of the group, at this place of the list. */
  readonly open: (index: number) => View | undefined
}

export const INTERVALS_MS = [250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000]

export function initialState(
  choice: Pick<TopState, 'grouping' | 'groupOrder' | 'filter' | 'system' | 'intervalMs'>,
): TopState {
  return {
    ...choice,
    views: [{ kind: 'groups', cursor: AT_TOP }],
    goroutineOrder: 'id',
    reversed: false,
    typed: null,
    frozen: false,
    help: false,
  }
}

export function viewOf({ views }: TopState): View {
  return views.at(-1)!
}

export function withView(state: TopState, view: View): TopState {
  return { ...state, views: [...state.views.slice(0, -1), view] }
}

/** @param isCharacter whether the key is the character that it is called */
export function press(
  state: TopState,
  key: string,
  isCharacter: boolean,
  screen: OnScreen,
): { state: TopState; effect?: Effect } {
  if (state.typed !== null && key !== 'CTRL_C') return { state: typing(state, state.typed, key, isCharacter) }
  const action = actionOf(key)
  if (action === undefined) return { state: state.help ? { ...state, help: false } : state }
  if (action === 'quit' || action === 'suspend' || action === 'redraw') return { state, effect: action }
  // Any key that does nothing else leaves the help.
  if (state.help) return { state: { ...state, help: false } }
  if (action === 'reset-growth') return { state, effect: action }
  return { state: act(state, action, screen) }
}

function typing(state: TopState, typed: string, key: string, isCharacter: boolean): TopState {
  if (isCharacter) return filtered({ ...state, typed: typed + key }, typed + key)
  switch (key) {
    case 'ENTER':
    case 'KP_ENTER':
      return { ...state, typed: null }
    case 'ESCAPE':
      return filtered({ ...state, typed: null }, '')
    case 'BACKSPACE':
    case 'CTRL_H': {
      const shorter = Array.from(typed).slice(0, -1).join('')
      return filtered({ ...state, typed: shorter }, shorter)
    }
    case 'CTRL_U':
      return filtered({ ...state, typed: '' }, '')
    default:
      return state
  }
}

/** Another choice of goroutines is another list: it is looked at from its beginning. */
function filtered(state: TopState, filter: string): TopState {
  const text = filter.trim()
  return text === state.filter ? state : { ...atTop(state), filter: text }
}

function atTop(state: TopState): TopState {
  const view = viewOf(state)
  return view.kind === 'goroutine' ? state : withView(state, { ...view, cursor: AT_TOP })
}

function act(state: TopState, action: Action, screen: OnScreen): TopState {
  switch (action) {
    case 'up':
      return move(state, -1, screen)
    case 'down':
      return move(state, 1, screen)
    case 'page-up':
      return move(state, -Math.max(1, screen.room - 1), screen)
    case 'page-down':
      return move(state, Math.max(1, screen.room - 1), screen)
    case 'first':
      return move(state, -screen.list.size, screen)
    case 'last':
      return move(state, screen.list.size, screen)
    case 'open':
      return open(state, screen)
    case 'back':
      if (state.views.length > 1) return { ...state, views: state.views.slice(0, -1) }
      return filtered(state, '')
    case 'next-grouping':
      return grouped(state, 1, screen)
    case 'previous-grouping':
      return grouped(state, -1, screen)
    case 'next-order':
      return nextOrder(state)
    case 'order-1':
    case 'order-2':
    case 'order-3':
    case 'order-4':
      return chosenOrder(state, Number(action.at(-1)) - 1)
    case 'reverse':
      return atTop({ ...state, reversed: !state.reversed })
    case 'filter':
      return { ...state, typed: state.filter }
    case 'freeze':
      return { ...state, frozen: !state.frozen }
    case 'system':
      return { ...state, system: !state.system }
    case 'slower':
      return { ...state, intervalMs: INTERVALS_MS.find((ms) => ms > state.intervalMs) ?? state.intervalMs }
    case 'faster':
      return { ...state, intervalMs: INTERVALS_MS.findLast((ms) => ms < state.intervalMs) ?? state.intervalMs }
    case 'help':
      return { ...state, help: true }
    default:
      return state
  }
}

function move(state: TopState, by: number, { list, room }: OnScreen): TopState {
  const view = viewOf(state)
  if (view.kind !== 'goroutine') return withView(state, { ...view, cursor: moved(view.cursor, by, list) })
  const scroll = Math.max(0, Math.min(view.scroll + by, list.size - room))
  return withView(state, { ...view, scroll })
}

function open(state: TopState, screen: OnScreen): TopState {
  const view = viewOf(state)
  if (view.kind === 'goroutine') return state
  const opened = screen.open(view.cursor.index)
  if (opened === undefined) return state
  // Who comes back finds what was opened.
  const kept = { ...view, cursor: { ...view.cursor, key: screen.list.keyAt(view.cursor.index) } }
  return { ...state, reversed: false, views: [...state.views.slice(0, -1), kept, opened] }
}

function grouped(state: TopState, by: number, { groupings }: OnScreen): TopState {
  const name = (key: GroupKey) => JSON.stringify(key)
  const at = groupings.findIndex((key) => name(key) === name(state.grouping))
  const next = groupings[(at + by + groupings.length) % groupings.length]!
  return { ...state, grouping: next, views: [{ kind: 'groups', cursor: AT_TOP }] }
}

function nextOrder(state: TopState): TopState {
  const ordered =
    viewOf(state).kind === 'groups'
      ? { ...state, groupOrder: after(GROUP_ORDERS, state.groupOrder) }
      : { ...state, goroutineOrder: after(GOROUTINE_ORDERS, state.goroutineOrder) }
  return atTop({ ...ordered, reversed: false })
}

/** By its number in the list of groups. Goroutines are not counted: only by wait and state are they sorted likewise. */
function chosenOrder(state: TopState, index: number): TopState {
  const order = GROUP_ORDERS[index]!
  const isGroups = viewOf(state).kind === 'groups'
  const goroutineOrder: GoroutineOrder = order === 'wait' || order === 'state' ? order : 'id'
  return atTop({ ...state, reversed: false, ...(isGroups ? { groupOrder: order } : { goroutineOrder }) })
}

function after<T>(all: readonly T[], one: T): T {
  return all[(all.indexOf(one) + 1) % all.length]!
}
