/** What the person at the screen has chosen, and what a key makes of it. Nothing here reads or draws. */
import { characters } from '../render/cut.js'
import type { GroupKey } from '../render/group-name.js'
import { AT_TOP, type Cursor, type Listed, moved } from './cursor.js'
import { type Action, actionOf } from './keys.js'
import { GOROUTINE_ORDERS, type GoroutineOrder, GROUP_ORDERS, type GroupOrder } from './order.js'

/** What is on the screen below the header; each was opened from the one before it. */
export type View =
  | { readonly kind: 'groups'; readonly cursor: Cursor; readonly reversed: boolean }
  /** The goroutines of the group of this name. */
  | { readonly kind: 'goroutines'; readonly group: string; readonly cursor: Cursor; readonly reversed: boolean }
  | { readonly kind: 'goroutine'; readonly id: number; readonly scroll: number }

export interface TopState {
  readonly views: readonly View[]
  readonly grouping: GroupKey
  readonly groupOrder: GroupOrder
  readonly goroutineOrder: GoroutineOrder
  /** As `dump --filter` has it; '' for none. */
  readonly filter: string
  /** What is being typed as a filter; null where nothing is. */
  readonly typed: string | null
  /** The runtime's own goroutines and calls too. */
  readonly system: boolean
  readonly frozen: boolean
  /** The first line of the help that is shown; null while it is not. */
  readonly help: number | null
  readonly intervalMs: number
}

/** What is to be done beyond the screen. */
export type Effect = 'quit' | 'suspend' | 'redraw' | 'reset-growth'

/** What a key needs to know of what is on the screen. */
export interface OnScreen {
  /** The list of the view; of a stack and of the help, its lines. */
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
    views: [{ kind: 'groups', cursor: AT_TOP, reversed: false }],
    goroutineOrder: 'id',
    typed: null,
    frozen: false,
    help: null,
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
  if (state.typed !== null && !ALWAYS.includes(key)) return { state: typing(state, state.typed, key, isCharacter) }
  const action = actionOf(key)
  if (action === 'quit' || action === 'suspend' || action === 'redraw') return { state, effect: action }
  if (state.help !== null) {
    const fits = screen.list.size <= screen.room
    const by = action === undefined || fits ? undefined : movement(action, screen)
    // Any key that does nothing else leaves the help.
    return { state: { ...state, help: by === undefined ? null : scrolled(state.help, by, screen) } }
  }
  if (action === undefined) return { state }
  if (action === 'reset-growth') return { state, effect: action }
  return { state: act(state, action, screen) }
}

/** Keys that are what they are while a filter is being typed, too. */
const ALWAYS = ['ctrl-c', 'ctrl-z', 'ctrl-l']

/** Text that was put in at once is part of the filter, if one is being typed, and else nothing. */
export function paste(state: TopState, text: string): TopState {
  if (state.typed === null) return state
  // A filter is one line.
  return retyped(state, state.typed + text.replace(CONTROLS, ' ').trimEnd())
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\x00-\x1f\x7f-\x9f]+/g

function typing(state: TopState, typed: string, key: string, isCharacter: boolean): TopState {
  if (isCharacter) return retyped(state, typed + key)
  switch (key) {
    case 'return':
    case 'enter':
      return { ...state, typed: null }
    case 'escape':
      return filtered({ ...state, typed: null }, '')
    case 'backspace':
      return retyped(state, characters(typed).slice(0, -1).join(''))
    case 'ctrl-w':
      return retyped(state, typed.replace(/\S*\s*$/, ''))
    case 'ctrl-u':
      return retyped(state, '')
    default:
      return state
  }
}

function retyped(state: TopState, typed: string): TopState {
  return filtered({ ...state, typed }, typed)
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
  const by = movement(action, screen)
  if (by !== undefined) return move(state, by, screen)
  switch (action) {
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
      return reversed(state, !isReversed(state))
    case 'filter':
      return viewOf(state).kind === 'goroutine' ? state : { ...state, typed: state.filter }
    case 'freeze':
      return { ...state, frozen: !state.frozen }
    case 'system':
      return { ...state, system: !state.system }
    case 'slower':
      return { ...state, intervalMs: INTERVALS_MS.find((ms) => ms > state.intervalMs) ?? state.intervalMs }
    case 'faster':
      return { ...state, intervalMs: INTERVALS_MS.findLast((ms) => ms < state.intervalMs) ?? state.intervalMs }
    case 'help':
      return { ...state, help: 0 }
    default:
      return state
  }
}

/** By how many entries or lines an action moves; undefined for one that does something else. */
function movement(action: Action, { list, room }: OnScreen): number | undefined {
  const page = Math.max(1, room - 1)
  const movements: Partial<Record<Action, number>> = {
    up: -1,
    down: 1,
    'page-up': -page,
    'page-down': page,
    first: -list.size,
    last: list.size,
  }
  return movements[action]
}

function scrolled(first: number, by: number, { list, room }: OnScreen): number {
  return Math.max(0, Math.min(first + by, list.size - room))
}

function move(state: TopState, by: number, screen: OnScreen): TopState {
  const view = viewOf(state)
  return view.kind === 'goroutine'
    ? withView(state, { ...view, scroll: scrolled(view.scroll, by, screen) })
    : withView(state, { ...view, cursor: moved(view.cursor, by, screen.list) })
}

function open(state: TopState, screen: OnScreen): TopState {
  const view = viewOf(state)
  if (view.kind === 'goroutine') return state
  const opened = screen.open(view.cursor.index)
  if (opened === undefined) return state
  // Who comes back finds what was opened.
  const kept = { ...view, cursor: { ...view.cursor, key: screen.list.keyAt(view.cursor.index) } }
  return { ...state, views: [...state.views.slice(0, -1), kept, opened] }
}

function grouped(state: TopState, by: number, { groupings }: OnScreen): TopState {
  const name = (key: GroupKey) => JSON.stringify(key)
  const at = groupings.findIndex((key) => name(key) === name(state.grouping))
  const next = groupings[(at + by + groupings.length) % groupings.length]!
  return { ...state, grouping: next, views: [{ kind: 'groups', cursor: AT_TOP, reversed: isReversed(state) }] }
}

function nextOrder(state: TopState): TopState {
  const { kind } = viewOf(state)
  if (kind === 'goroutine') return state
  const ordered =
    kind === 'groups'
      ? { ...state, groupOrder: after(GROUP_ORDERS, state.groupOrder) }
      : { ...state, goroutineOrder: after(GOROUTINE_ORDERS, state.goroutineOrder) }
  return reversed(ordered, false)
}

/** By its number in the list of groups. Goroutines are not counted: only by wait and state are they sorted likewise. */
function chosenOrder(state: TopState, index: number): TopState {
  const order = GROUP_ORDERS[index]!
  const { kind } = viewOf(state)
  if (kind === 'goroutine') return state
  const isGroups = kind === 'groups'
  const goroutineOrder: GoroutineOrder = order === 'wait' || order === 'state' ? order : 'id'
  return reversed({ ...state, ...(isGroups ? { groupOrder: order } : { goroutineOrder }) }, false)
}

/** Whether the list on the screen stands the other way round. */
function isReversed(state: TopState): boolean {
  const view = viewOf(state)
  return view.kind !== 'goroutine' && view.reversed
}

function reversed(state: TopState, is: boolean): TopState {
  const view = viewOf(state)
  return view.kind === 'goroutine' ? state : withView(state, { ...view, cursor: AT_TOP, reversed: is })
}

function after<T>(all: readonly T[], one: T): T {
  return all[(all.indexOf(one) + 1) % all.length]!
}
