import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleText } from '../support/tool-agent.ts';
import { type Desk, makeDesk } from './desk.ts';

/*
 * The presets in the bundled action, with programs on PATH that stand in for those of others: each is strict about its
 * arguments, fails where it sees a secret that is not its own, and works by the tools it was handed.
 */

const logins = {
  claude: { ANTHROPIC_API_KEY: 'secret-of-claude' },
  codex: { CODEX_API_KEY: 'secret-of-codex' },
  copilot: { COPILOT_GITHUB_TOKEN: 'secret-of-copilot' },
};
const names = ['claude', 'codex', 'copilot'] as const;

let desk: Desk;
let programs: string;
beforeAll(async () => {
  programs = mkdtempSync(join(tmpdir(), 'signalbox-programs-'));
  chmodSync(programs, 0o755);
  const text = `#!/usr/bin/env node\n${await bundleText('test/support/stand-in.mjs', 'cjs')}`;
  for (const name of names) writeFileSync(join(programs, name), text, { mode: 0o755 });
  const environment = ['STORY_FOLDER'];
  const profiles = {
    claude: { preset: 'claude', model: 'opus', environment },
    codex: { preset: 'codex', environment },
    copilot: { preset: 'copilot', environment },
    careless: { preset: 'claude', environment: [...environment, 'DEPLOY_KEY'] },
  };
  const others = Object.assign({ DEPLOY_KEY: 'secret-of-the-job' }, ...Object.values(logins));
  const path = `${programs}:${process.env.PATH}`;
  desk = await makeDesk(profiles, {
    environment: { ...others, PATH: path },
    files: { '.github/signalbox/prompt.md': 'We use pnpm, {{agent}}.\n' },
  });
});
afterAll(async () => {
  await desk.close();
  rmSync(programs, { recursive: true, force: true });
});

describe('an agent by preset', { timeout: 60_000 }, () => {
  it.each(names)(
    '%s is started to work alone, with its own login and the tools, and reports by them',
    async (name) => {
      const id = `MC-${names.indexOf(name) + 1}`;
      const claim = await desk.claimed(id, name);
      const { log } = await desk.ended(await desk.dispatch(id, 1, claim));

      expect(log).toContain('agent | answered accepted');
      expect(log).not.toContain('LEAK');
      expect(await desk.ticket(id)).toMatchObject({
        state: 'done',
        attempts: [{ outcome: 'done', reason: `${name} read ${id}`, agent: name }],
      });
      const { env, prompt, model } = JSON.parse(readFileSync(join(desk.story, `${name}.json`), 'utf8'));
      expect(model).toEqual(name === 'claude' ? ['opus'] : null);
      expect(prompt).toMatch(new RegExp(`^We use pnpm, ${name}\\.\\n\\nYou work on ticket ${id}`));
      expect(env).toMatchObject(logins[name]);
      const foreign = names.filter((other) => other !== name).flatMap((other) => Object.keys(logins[other]));
      for (const variable of ['DEPLOY_KEY', 'GITHUB_TOKEN', ...foreign])
        expect(env).not.toHaveProperty(variable);
    },
  );

  it('a stand-in that is handed a secret of the job sees it, and fails', async () => {
    const claim = await desk.claimed('MC-9', 'careless');
    const { log } = await desk.ended(await desk.dispatch('MC-9', 1, claim));
    expect(log).toMatch(/agent \| LEAK: environ of \d+ has secret-of-the/);
    expect((await desk.ticket('MC-9')).attempts).toMatchObject([{ outcome: 'failed' }]);
  });
});
