// Reads all changesets, and fails where one cannot be read: `changeset version` would, on the day of the release.
import read from '@changesets/read'
import { root } from './setup.mjs'

const changesets = await read(root)
for (const { id, releases, summary } of changesets) {
  if (releases.length === 0 || summary.trim() === '')
    throw new Error(`.changeset/${id}.md names no package or says nothing`)
}
