/** What each key does. Names of keys are the keyboard's, which are Node's. */

export type Action =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'open'
  | 'back'
  | 'next-grouping'
  | 'previous-grouping'
  | 'next-order'
  | 'order-1'
  | 'order-2'
  | 'order-3'
  | 'order-4'
  | 'reverse'
  | 'filter'
  | 'freeze'
  | 'reset-growth'
  | 'system'
  | 'slower'
  | 'faster'
  | 'help'
  | 'redraw'
  | 'suspend'
  | 'quit'

interface Binding {
  readonly keys: readonly string[]
  readonly actions: readonly Action[]
  /** As help names the keys; without it they are not in the help. */
  readonly shown?: string
  readonly help?: string
}

/** One action for each key, or the same for all. */
export const BINDINGS: readonly Binding[] = [
  { keys: ['up', 'k', 'down', 'j'], actions: ['up', 'up', 'down', 'down'], shown: 'Up Down  k j', help: 'move' },
  {
    keys: ['pageup', 'ctrl-b', 'pagedown', 'ctrl-f'],
    actions: ['page-up', 'page-up', 'page-down', 'page-down'],
    shown: 'PgUp PgDn',
    help: 'move by a screen',
  },
  { keys: ['home', 'end'], actions: ['first', 'last'], shown: 'Home End', help: 'move to the first, to the last' },
  {
    keys: ['return', 'enter', 'right', 'l'],
    actions: ['open'],
    shown: 'Enter  Right l',
    help: "open: a group's goroutines, a goroutine's stack",
  },
  {
    keys: ['escape', 'backspace', 'left', 'h'],
    actions: ['back'],
    shown: 'Esc  Left h',
    help: 'back; in the list of groups: no filter any more',
  },
  {
    keys: ['g', 'G'],
    actions: ['next-grouping', 'previous-grouping'],
    shown: 'g G',
    help: 'group by function, created by, wait, and each label',
  },
  { keys: ['s'], actions: ['next-order'], shown: 's', help: 'sort by the next of count, growth, wait, state' },
  {
    keys: ['1', '2', '3', '4'],
    actions: ['order-1', 'order-2', 'order-3', 'order-4'],
    shown: '1 2 3 4',
    help: 'sort by count, growth, wait, state',
  },
  { keys: ['i'], actions: ['reverse'], shown: 'i', help: 'the other way round' },
  { keys: ['/'], actions: ['filter'], shown: '/', help: 'only goroutines with this text, as dump --filter has it' },
  { keys: ['f', ' ', 'p'], actions: ['freeze'], shown: 'f  p  Space', help: 'freeze, and go on' },
  { keys: ['r', 'R'], actions: ['reset-growth'], shown: 'r', help: 'count growth from now on' },
  { keys: ['t'], actions: ['system'], shown: 't', help: "show the runtime's own goroutines and calls too" },
  { keys: ['+', '-'], actions: ['slower', 'faster'], shown: '+ -', help: 'look less often, more often' },
  { keys: ['?', 'f1', 'H'], actions: ['help'], shown: '?', help: 'this help' },
  { keys: ['ctrl-l'], actions: ['redraw'] },
  { keys: ['ctrl-z'], actions: ['suspend'], shown: 'Ctrl-Z', help: 'back to the shell; fg comes back' },
  { keys: ['q', 'Q', 'ctrl-c', 'ctrl-d'], actions: ['quit'], shown: 'q  Ctrl-C', help: 'quit' },
]

const ACTIONS = new Map<string, Action>(
  BINDINGS.flatMap(({ keys, actions }) =>
    keys.map((key, index): [string, Action] => [key, actions[index] ?? actions[0]!]),
  ),
)

export function actionOf(key: string): Action | undefined {
  return ACTIONS.get(key)
}
