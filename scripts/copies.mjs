// Copies of the project in which something may be planted, and programs that are run there; all end with us.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Folders and process groups to be ended with us. */
const folders = new Set();
const groups = new Set();

/** A copy of what git knows or would know of the project, with the packages linked and nothing built. */
export async function makeCopy(project) {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-fault-'));
  folders.add(folder);
  const listed = await run('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: project });
  for (const path of listed.output.split('\0').filter(Boolean)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    cpSync(join(project, path), join(folder, path), { force: true, recursive: true });
  }
  // A folder of its own with links in it, not one link: vitest keeps a cache in there, and two copies would share it.
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(project, 'node_modules')).filter(
    (one) => !/^\.(vite|package)/.test(one),
  ))
    symlinkSync(join(project, 'node_modules', name), join(folder, 'node_modules', name));
  return folder;
}

export function drop(folder) {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** Runs a program to its end and gathers what it said. `status` is null where the time limit ended it. */
export function run(program, args, { cwd, env: more = {}, limitMs = 4 * 60_000 }) {
  return new Promise((resolve, reject) => {
    // Its own process group, so that the time limit ends what it started too. No GIT_DIR of a repository around.
    const env = { ...process.env, ...more, GIT_CEILING_DIRECTORIES: dirname(cwd) };
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    groups.add(child.pid);
    const chunks = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end(child.pid);
    }, limitMs);
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      groups.delete(child.pid);
      resolve({ status: late ? null : (code ?? 1), output: Buffer.concat(chunks).toString('utf8') });
    });
  });
}

function end(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // it has ended
  }
}

/** Ends everything that goes on in copies, and this program. */
export function leave(status) {
  for (const group of groups) end(group);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  process.exit(status);
}

for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => leave(130));
