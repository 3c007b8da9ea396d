/** The page: takes a file, shows what it holds. */
import { Binary, explain, type Table } from './binary.js'

const element = <E extends HTMLElement>(id: string) => document.getElementById(id) as E

const drop = element('drop')
const input = element<HTMLInputElement>('file')
const lookup = element<HTMLFormElement>('lookup')
const type = element<HTMLInputElement>('type')
const answer = element('answer')
const SUGGESTIONS = ['runtime.g', 'runtime.m', 'runtime.p', 'runtime.mheap', 'runtime.hchan']

let binary: Binary | undefined

async function open(file: File): Promise<void> {
  lookup.hidden = true
  try {
    binary = new Binary(file.name, new Uint8Array(await file.arrayBuffer()))
    answer.replaceChildren(...binary.tables().map(rendered))
    lookup.hidden = !binary.hasTypes
  } catch (error) {
    binary = undefined
    answer.replaceChildren()
    showError(explain(error))
  }
}

function showError(text: string): void {
  const line = document.createElement('p')
  line.className = 'error'
  line.textContent = text
  answer.prepend(line)
}

function rendered({ title, heading, rows }: Table): HTMLElement {
  const section = document.createElement('section')
  section.appendChild(document.createElement('h2')).textContent = title
  const table = section.appendChild(document.createElement('table'))
  if (heading.length > 0) addRow(table, 'th', heading, heading)
  for (const row of rows) addRow(table, 'td', row, heading)
  return section
}

function addRow(
  table: HTMLTableElement,
  kind: 'td' | 'th',
  texts: readonly string[],
  heading: readonly string[],
): void {
  const row = table.insertRow()
  texts.forEach((text, index) => {
    const cell = row.appendChild(document.createElement(kind))
    cell.textContent = kind === 'th' ? text.replace(/#$/, '') : text
    if (heading[index]?.endsWith('#')) cell.className = 'number'
  })
}

drop.addEventListener('dragover', (event) => {
  event.preventDefault()
  drop.classList.add('over')
})
drop.addEventListener('dragleave', () => drop.classList.remove('over'))
drop.addEventListener('drop', (event) => {
  event.preventDefault()
  drop.classList.remove('over')
  const file = event.dataTransfer?.files[0]
  if (file !== undefined) void open(file)
})
input.addEventListener('change', () => {
  const file = input.files?.[0]
  if (file !== undefined) void open(file)
})
lookup.addEventListener('submit', (event) => {
  event.preventDefault()
  for (const old of answer.querySelectorAll('.error, .layout')) old.remove()
  try {
    const layout = rendered(binary!.layout(type.value))
    layout.className = 'layout'
    answer.prepend(layout)
  } catch (error) {
    showError(explain(error))
  }
})
element('types').append(...SUGGESTIONS.map((name) => Object.assign(document.createElement('option'), { value: name })))
