/** User numbers to names, as this machine's /etc/passwd has them. */
import { readFileSync } from 'node:fs'
import { systemErrorCode } from '../process-error.js'

let names: Map<number, string> | undefined

/** The user's name, or the number as text where there is none: users of a container or a directory service. */
export function userNameOf(uid: number): string {
  names ??= parsePasswd(passwdText())
  return names.get(uid) ?? String(uid)
}

/** passwd(5): `name:password:UID:...`. Lines that are not so are no users. The first name of a number counts. */
export function parsePasswd(text: string): Map<number, string> {
  const users = new Map<number, string>()
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':')
    if (name === undefined || name === '' || name.startsWith('#') || uid === undefined || !/^[0-9]+$/.test(uid))
      continue
    if (!users.has(Number(uid))) users.set(Number(uid), name)
  }
  return users
}

function passwdText(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch (error) {
    // A minimal container has none.
    if (systemErrorCode(error) === undefined) throw error
    return ''
  }
}
