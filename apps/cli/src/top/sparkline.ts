/** A row of numbers as a line of bars, one column each. */

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** The last `width` numbers, the least of them as the lowest bar and the greatest as the highest; equal ones are all low. */
export function sparkline(numbers: readonly number[], width: number): string {
  const shown = width > 0 ? numbers.slice(-width) : []
  const least = Math.min(...shown)
  const span = Math.max(...shown) - least
  return shown
    .map((number) => BARS[span === 0 ? 0 : Math.round(((number - least) / span) * (BARS.length - 1))])
    .join('')
}
