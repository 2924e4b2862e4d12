import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { bundled } from '../support/bundled.ts';
import { start } from '../support/started.ts';

// Somebody tries "Use it on your repository" before there is an account, an app or a server: with what the start prints.

const run = promisify(execFile);
const agent = JSON.stringify(['sh', '-c', 'cat > told.md && echo "DONE: told.md holds what I was told"']);

test("a repository of one's own is set up on the embedded GitHub, and worked", {
  timeout: 240_000,
}, async () => {
  const started = start({}, undefined, '--repository', 'acme/kiosk');
  await started.says('/pulls/<its number>/merge');
  const [, clone = ''] = /git clone (\S+\/acme\/kiosk\.git) && cd kiosk/.exec(started.output) ?? [];
  const [, token = ''] = /GH_TOKEN=(\S+) signalbox init --agent/.exec(started.output) ?? [];
  const home = join(started.data, 'home');
  mkdirSync(home);
  writeFileSync(join(home, '.gitconfig'), '[user]\n\tname = Lucienne\n\temail = lucienne@acme.invalid\n');
  const env = { PATH: process.env.PATH ?? '', HOME: home };
  await run('git', ['clone', '--quiet', clone, join(home, 'kiosk')], { env });
  const program = await bundled('src/main.ts');
  const signalbox = async (...args: string[]): Promise<string> =>
    (
      await run(process.execPath, [program, ...args], {
        cwd: join(home, 'kiosk'),
        env: { ...env, GH_TOKEN: token },
      })
    ).stdout;
  await signalbox('init', '--yes', '--agent', agent);
  const { ticket } = JSON.parse(await signalbox('new', 'Say hello', '--json')) as { ticket: string };
  await signalbox('release', ticket);
  await started.says(new RegExp(`${ticket} +review`));
  expect(await signalbox('show', ticket)).toContain('told.md holds what I was told');
  // Started again, it is there as it was.
  expect(await started.stop()).toBe(0);
  const again = start({}, started.data, '--repository', 'acme/kiosk');
  await again.says(/^ready/m);
  await again.says(new RegExp(`${ticket} +review`));
});
