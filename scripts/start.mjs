// `npm start`: sets up the checkout and runs gospy; without arguments, its demo. `npm start -- dump PID` runs any command.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root, setUp } from './setup.mjs'

setUp()
const args = process.argv.slice(2)
const result = spawnSync(
  process.execPath,
  [join(root, 'apps/cli/bin/gospy.js'), ...(args.length === 0 ? ['demo'] : args)],
  { stdio: 'inherit' },
)
process.exit(result.status ?? 1)
