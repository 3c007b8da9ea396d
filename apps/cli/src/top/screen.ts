/** From what is known and what was chosen to the lines of the screen. */
import { cutEnd, cutStart } from '../render/cut.js'
import type { GroupKey } from '../render/group-name.js'
import { rowLine, table } from '../render/table.js'
import { printable } from '../render/text.js'
import { UsageError } from '../usage-error.js'
import { listWidths } from './columns.js'
import { type Listed, settled } from './cursor.js'
import { headerLines, shortHeaderLines } from './header.js'
import { helpLines } from './help-view.js'
import { type ListView, listView } from './list-views.js'
import type { TopModel } from './model.js'
import { type Seen, stackLines } from './stack-view.js'
import { type OnScreen, type TopState, viewOf, withView } from './state.js'
import { apart, cutLine, fillLine, type Line, line, span, textOf, widthOf } from './styled.js'
import { timeOfDay } from './time-of-day.js'

export interface Size {
  readonly width: number
  readonly height: number
}

/** A screen that is lower has a short header. */
const FULL_HEIGHT = 16
/** And one that is still lower has nothing but the list. */
const LEAST_HEIGHT = 6
/** Columns that are left for what a list is, beside its filter. */
const LEAST_HEADING = 20

const FILTER = 'Filter: '

export interface Screen extends OnScreen {
  readonly lines: readonly Line[]
  /** As it was, but for the cursor, which follows what it is on. */
  readonly state: TopState
}

export class ScreenMaker {
  readonly #model: TopModel
  /** The goroutine whose stack is on the screen, as it was last seen. */
  #seen: Seen | undefined
  /** The last filter that made sense: it holds while another one is being typed. */
  #filter = ''

  constructor(model: TopModel) {
    this.#model = model
  }

  /** @param apartMs how far apart looks are: farther than asked for, where they take long */
  make(state: TopState, { width, height }: Size, apartMs: number): Screen {
    const model = this.#model
    // The help takes all the room that there is.
    const header = state.help === null ? this.#header(state, { width, height }, apartMs) : []
    const footer = height >= LEAST_HEIGHT ? [this.#footer(state, width)] : []
    const groupings = groupingsOf(model)
    const { view, wrong } = this.#list(state)
    const status = height >= 3 ? [this.#status(state, view, wrong, { width, height })] : []
    const room = Math.max(1, height - header.length - status.length - footer.length)
    const below = { groupings, open: view.open }
    const screen = (body: readonly Line[], next: TopState, list: Listed, entries: number): Screen => {
      const shown = body.slice(0, room)
      const blank = Array.from({ length: room - shown.length }, () => line(''))
      const lines = [...header, ...status, ...shown, ...blank, ...footer].slice(0, height)
      return { ...below, lines: lines.map((each) => cutLine(each, width)), state: next, list, room: entries }
    }
    if (state.help !== null) {
      const lines = helpLines()
      const first = Math.max(0, Math.min(state.help, lines.length - room))
      return screen(lines.slice(first), { ...state, help: first }, { ...NO_LIST, size: lines.length }, room)
    }
    const current = viewOf(state)
    if (current.kind === 'goroutine') {
      const lines = this.#stack(current.id, width, state.system)
      const scroll = Math.max(0, Math.min(current.scroll, lines.length - room))
      return screen(
        lines.slice(scroll),
        withView(state, { ...current, scroll }),
        { ...NO_LIST, size: lines.length },
        room,
      )
    }
    const entries = Math.max(1, room - 1)
    const cursor = settled(current.cursor, view.list, entries)
    const widths = listWidths(view.columns, width)
    const cells = view.cells(cursor.first, cursor.first + entries)
    const titles = view.columns.map(({ title }) => title)
    const body = [
      // Where there is one line, it is an entry.
      ...(room > 1 ? [line(rowLine(view.columns, widths, titles), 'bold')] : []),
      ...cells.map((each, index) => {
        const text = rowLine(view.columns, widths, each)
        return cursor.first + index === cursor.index ? fillLine(line(text, 'selected'), width) : line(text)
      }),
    ]
    if (view.list.size === 0) body.push(line(emptyText(state), 'dim'))
    return screen(body, withView(state, { ...current, cursor }), view.list, entries)
  }

  /** The list by the filter that is wanted, or by the last one that made sense. */
  #list(state: TopState): { view: ListView; wrong: string | null } {
    try {
      const view = listView(this.#model, state)
      this.#filter = state.filter
      return { view, wrong: null }
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      return { view: listView(this.#model, { ...state, filter: this.#filter }), wrong: error.message }
    }
  }

  #header(state: TopState, { width, height }: Size, apartMs: number): Line[] {
    if (height < LEAST_HEIGHT) return []
    const { latest, ended } = this.#model
    const at = timeOfDay(latest.takenAt)
    const right =
      ended !== null
        ? line(`ENDED  ${at}`, 'warning')
        : state.frozen
          ? line(`FROZEN  ${at}`, 'warning')
          : line(`${at}  ${paceText(state.intervalMs, apartMs)}`, 'dim')
    return (height < FULL_HEIGHT ? shortHeaderLines : headerLines)(this.#model, width, right)
  }

  /** Between header and list: what the list is, or what is being typed, or what is wrong. */
  #status(state: TopState, view: ListView, wrong: string | null, { width, height }: Size): Line {
    if (state.typed !== null) {
      // What is being typed stands at its end.
      const room = Math.max(1, width - FILTER.length - 1)
      const typed = [span(FILTER), span(`${cutStart(printable(state.typed), room)} `, 'input')]
      if (wrong === null) return apart(typed, line('Enter keeps it, Esc drops it', 'dim'), width)
      return [...typed, span(`  ${printable(wrong)}`, 'warning')]
    }
    const trouble = this.#trouble()
    if (trouble !== null && height < LEAST_HEIGHT) return line(trouble, 'warning')
    if (state.help !== null) return line('Keys, and what the columns mean', 'title')
    const current = viewOf(state)
    if (current.kind === 'goroutine') return line(`Goroutine ${current.id}`, 'title')
    const { gone, list } = view
    const right =
      state.filter !== ''
        ? line(`filter: ${printable(state.filter)}`, 'bold')
        : line(gone === 0 ? `${list.size}` : `${list.size - gone}, ${gone} gone`, 'dim')
    // A heading that has no room leaves some for the filter: one that is not seen is forgotten.
    const left = line(cutEnd(view.heading, Math.max(LEAST_HEADING, width - widthOf(right) - 2)), 'title')
    return apart(left, right, width)
  }

  /** What went wrong, or else what keys there are. */
  #footer(state: TopState, width: number): Line {
    const trouble = this.#trouble()
    if (trouble === null) return line(hints(state, width), 'dim')
    return [span('q quit  ', 'dim'), span(trouble, 'warning')]
  }

  #trouble(): string | null {
    const { failure, ended, latest } = this.#model
    const trouble = ended ?? failure ?? latest.failures[0]
    return trouble === undefined ? null : printable(trouble)
  }

  #stack(id: number, width: number, system: boolean): Line[] {
    const { snapshot } = this.#model.latest
    const goroutine = snapshot.goroutine(id)
    if (goroutine !== undefined) this.#seen = { snapshot, goroutine }
    const seen = this.#seen
    if (seen === undefined || seen.goroutine.id !== id) return [line(`goroutine ${id} has ended`, 'warning')]
    const lines = stackLines(seen, width, system)
    if (goroutine !== undefined) return lines
    return [line(`It has ended. When it was last seen, ${timeOfDay(seen.snapshot.data.takenAt)}:`, 'warning'), ...lines]
  }
}

const NO_LIST: Listed = { size: 0, keyAt: () => '', indexOf: () => -1 }

/** `every 1 s`, `every 8 s, not 1`. */
function paceText(intervalMs: number, apartMs: number): string {
  const [wanted, is] = [intervalMs / 1000, apartMs / 1000]
  const shown = Number(is.toFixed(is < 10 ? 1 : 0))
  return shown <= wanted ? `every ${wanted} s` : `every ${shown} s, not ${wanted}`
}

function emptyText(state: TopState): string {
  const isFiltered = state.filter !== ''
  if (viewOf(state).kind === 'goroutines') {
    return `none of them is there any more${isFiltered ? ', or passes the filter' : ''}`
  }
  if (isFiltered) return 'no goroutine passes the filter'
  return "only the runtime's own goroutines: t shows them"
}

/** What goroutines can be put together by: each label that one of them has, too. */
function groupingsOf({ latest }: TopModel): GroupKey[] {
  const labels = new Set(latest.snapshot.data.labelSets.flatMap((set) => Object.keys(set)))
  return [
    { by: 'function' },
    { by: 'created-by' },
    { by: 'wait' },
    ...[...labels].sort().map((label): GroupKey => ({ by: 'label', label })),
  ]
}

/** The keys that matter here, as many as fit. */
function hints(state: TopState, width: number): string {
  const view = viewOf(state)
  const inView =
    view.kind === 'groups'
      ? ['Enter open', 's sort', 'g group', '/ filter', 'f freeze', 'r reset growth']
      : view.kind === 'goroutines'
        ? ['Enter open', 'Esc back', 's sort', '/ filter', 'f freeze']
        : ['Esc back', 'f freeze', 't all calls']
  let text = 'q quit  ? help'
  for (const hint of state.help === null ? inView : ['any key: back']) {
    if (text.length + hint.length + 2 <= width) text += `  ${hint}`
  }
  return text
}

/** What is printed where there is no screen: all of it, once. */
export function plainFrame(model: TopModel, state: TopState, width: number | undefined): string[] {
  const view = listView(model, state)
  const header = headerLines(model, width, line(timeOfDay(model.latest.takenAt)))
  const rows = table(view.columns, view.cells(0, view.list.size), width)
  const body = view.list.size === 0 ? [emptyText(state)] : rows
  const top = [...header.map(textOf), '', view.heading]
  return [...top.map((text) => (width === undefined ? text : cutEnd(text, width))), ...body]
}
