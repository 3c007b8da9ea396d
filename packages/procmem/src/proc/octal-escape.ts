/** Bytes of names that the kernel writes as a backslash and three octal digits in files of /proc. */

/**
 * Of /proc/PID/maps: a newline is written as `\012` (fs/proc/task_mmu.c: seq_path(m, path, "\n")) and nothing else: a backslash is
 * written as it is, so `\040` in that file is four characters of a file's name.
 */
export function unescapeNewlines(text: string): string {
  return text.includes('\\012') ? text.replaceAll('\\012', '\n') : text
}

/** Of /proc/PID/mountinfo: blanks and backslashes are, as `\040` and `\134` (fs/proc_namespace.c, mangle). */
export function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
