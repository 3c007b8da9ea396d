/**
 * The kernel writes a newline within a name as `\012` in /proc/PID/maps (fs/proc/task_mmu.c: seq_path(m, path, "\n")) and
 * nothing else: a backslash is written as it is, so `\040` in that file is four characters of a file's name.
 */
export function unescapeNewlines(text: string): string {
  return text.includes('\\012') ? text.replaceAll('\\012', '\n') : text
}
