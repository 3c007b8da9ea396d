/** The demo program cannot be shown here; the message says why. */
export class DemoError extends Error {
  override readonly name = 'DemoError'
}
