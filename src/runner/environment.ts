import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { wayOut } from '../base/git.ts';

/** Variables that this process itself goes on needing. None of them is a secret of the job. */
const kept = new Set(['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'RUNNER_TEMP', ...wayOut]);

/**
 * Takes the environment over and leaves none of it behind: a copy is returned, and every variable that is not needed
 * is deleted here, so that no child inherits it, and overwritten in the memory from which `/proc/<pid>/environ` reads.
 * An agent of the same user can read that file of its parents, and there the job's token would stand for as long as
 * the job lives. Returns too whether that worked: only Linux has a way.
 */
export function takeEnvironment(): { variables: Record<string, string | undefined>; wiped: boolean } {
  const variables = { ...process.env };
  for (const name of Object.keys(process.env)) if (!kept.has(name)) delete process.env[name];
  return { variables, wiped: wipe() };
}

/**
 * Overwrites the initial environment of this process, but for what is kept. The C library reads from the same memory,
 * so only what was deleted before may go. Field 50 of `/proc/self/stat` is the block's address (proc(5)).
 */
function wipe(): boolean {
  try {
    const block = readFileSync('/proc/self/environ');
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const address = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[47]);
    const memory = openSync('/proc/self/mem', 'r+');
    try {
      for (let from = 0; from < block.length; ) {
        const nul = block.indexOf(0, from);
        const to = nul === -1 ? block.length : nul;
        const name = block.subarray(from, to).toString('latin1').split('=', 1)[0] ?? '';
        if (to > from && !kept.has(name))
          writeSync(memory, Buffer.alloc(to - from, 'x'), 0, to - from, address + from);
        from = to + 1;
      }
    } finally {
      closeSync(memory);
    }
    return readFileSync('/proc/self/environ', 'latin1')
      .split('\0')
      .every((entry) => /^x*$/.test(entry) || kept.has(entry.split('=', 1)[0] ?? ''));
  } catch {
    return false; // no /proc (macOS, Windows), or a kernel that keeps a process out of its own memory
  }
}
