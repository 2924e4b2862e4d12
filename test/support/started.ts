import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { sleep, systemClock } from '../../src/base/clock.ts';
import type { LocalDesk } from '../../src/cli/guide.ts';

const root = join(import.meta.dirname, '..', '..');

/** `npm start` as its script runs it, on a data folder of its own. */
export class Started {
  readonly data: string;
  readonly child: ChildProcess;
  output = '';

  constructor(data: string, environment: Record<string, string> = {}, ...more: string[]) {
    this.data = data;
    const flags = ['start', '--port', '0', '--github-port', '0', '--data', data, ...more];
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(process.execPath, [join(root, 'dist/main.js'), ...flags], {
      cwd: data,
      env: { PATH, HOME, ...environment },
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (text) => (this.output += text));
  }

  async says(words: string | RegExp, seconds = 60): Promise<void> {
    const end = systemClock.now() + seconds * 1000;
    while (!(typeof words === 'string' ? this.output.includes(words) : words.test(this.output))) {
      if (this.child.exitCode !== null) throw new Error(`ended with ${this.child.exitCode}:\n${this.output}`);
      if (systemClock.now() > end) throw new Error(`never said ${words}:\n${this.output}`);
      await sleep(systemClock, 50);
    }
  }

  get local(): LocalDesk {
    return JSON.parse(readFileSync(join(this.data, 'local.json'), 'utf8'));
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    return this.child.exitCode;
  }
}

/** A folder below the project, where the usual data folder is: its package.json says that files are ES modules. */
export const emptyFolder = () => mkdtempSync(join(root, '.signalbox-first-'));

/** Started for one test, and stopped after it. */
export function start(
  environment: Record<string, string> = {},
  data = emptyFolder(),
  ...more: string[]
): Started {
  const started = new Started(data, environment, ...more);
  onTestFinished(async () => {
    await started.stop();
    rmSync(data, { recursive: true, force: true });
  });
  return started;
}
