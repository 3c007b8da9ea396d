// Pauses a process again and again, as a dump in paused mode does, until it is killed.
const [, , bundle, pid, native] = process.argv
const { openProcess } = await import(bundle)
const target = openProcess(Number(pid), { native })
const { start } = target.maps().find(({ path }) => path === '[stack]')
const bytes = new Uint8Array(4096)
console.log('ready')
for (;;) {
  using_(target.pause({ budgetMs: 10_000 }))
}
function using_(pause) {
  for (const tid of pause.threads) pause.registers(tid)
  for (let index = 0; index < 50; index++) target.memory.read(start, bytes)
  pause.resume()
}
