// The presets against the real programs, pinned: node scripts/agents.mjs. They take a gigabyte, so they are no dependency:
// they are installed into a folder of their own, which goes afterwards. No script of theirs runs.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Each preset names its package, at the version that it is checked with here.
const table = readFileSync('src/ticket/presets.ts', 'utf8');
const packages = [...table.matchAll(/^ {4}package: '(.+)',$/gm)].map(([, name]) => name);

const folder = mkdtempSync(join(tmpdir(), 'signalbox-agents-'));
const programs = join(folder, 'programs');
const run = (program, args, env = process.env) => execFileSync(program, args, { stdio: 'inherit', env });

try {
  chmodSync(folder, 0o755); // agents have a user of their own
  mkdirSync(programs);
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', '--prefix', folder, ...flags, ...packages]);
  const bin = join(folder, 'node_modules', '.bin');
  for (const name of ['codex', 'copilot']) symlinkSync(join(bin, name), join(programs, name));
  // What its install script would put in place; it names this way to do without.
  const wrapper = join(folder, 'node_modules', '@anthropic-ai', 'claude-code', 'cli-wrapper.cjs');
  writeFileSync(join(programs, 'claude'), `#!/bin/sh\nexec node '${wrapper}' "$@"\n`, { mode: 0o755 });
  run('npx', ['vitest', 'run'], { ...process.env, TESTS: 'agents', AGENTS: programs });
} catch (error) {
  process.exitCode = error.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
