import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ticketPath } from '../../src/ticket/paths.ts';
import { aTeamsDesk } from './teams-desk.ts';

// signalbox edit.

vi.setConfig({ testTimeout: 60_000 });

const { here, run, data, git, atHead, ticket, history, push, admit } = aTeamsDesk();
const path = ticketPath('MC-3');

/** The person's editor is a script; `$1` is the file. */
function editor(script: string): void {
  const program = join(here.folder, 'editor');
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  vi.stubEnv('GIT_EDITOR', program);
}

test('fields are set, as the person, and what did not change stays as it was written', async () => {
  admit(push('signalbox', { [path]: `# Ask Elmar first.\n${atHead(path)}\n` }));
  expect(await data('edit', 'MC-3', '--title', 'Mend it', '--priority', 'urgent', '--owner', '-')).toEqual({
    status: 0,
    json: {
      format: 1,
      remote: expect.any(String),
      branch: 'signalbox',
      ticket: 'MC-3',
      changed: ['title', 'owner', 'priority'],
      commit: git(here.clone, 'ls-remote', 'origin', 'signalbox').split('\t')[0],
    },
  });
  expect(ticket('MC-3')).toMatchObject({ title: 'Mend it', priority: 'urgent', owner: null, state: 'todo' });
  expect(atHead(path)).toMatch(/^# Ask Elmar first\.\n/);
  expect(history()).toEqual(['edit: todo', 'Wilma']);
  expect((await run('edit', 'MC-3', '--title', 'Mend it')).stdout).toBe('MC-3: nothing changed.\n');
});

describe('in an editor', () => {
  test('the file is edited whole; a state is asked like the command that it amounts to', async () => {
    editor(`sed -i 's/^title: .*/title: Mend it/' "$1"`);
    expect(await run('edit', 'MC-4')).toMatchObject({ status: 0, stdout: 'MC-4: title changed.\n' });
    editor(`sed -i -e '/^state: /d' -e '2a state: todo' "$1"`);
    expect(await run('edit', 'MC-4')).toMatchObject({ status: 0, stdout: 'MC-4: state changed.\n' });
    expect(ticket('MC-4')).toMatchObject({ state: 'todo', released: { by: 'Wilma' } });
    expect(history()).toEqual(['release: todo', 'Wilma']);
  });

  test('a field that is wrong is named with its line, nothing changes, and the text is kept', async () => {
    const before = atHead(path);
    editor(`echo 'priority: most' >> "$1"`);
    const { status, stderr } = await run('edit', 'MC-3');
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^bad-field: priority: .*\(line \d+\)\. /)]);
    const kept = /edit MC-3 --file (\S+)\.\n/.exec(stderr)?.[1] ?? '';
    expect(readFileSync(kept, 'utf8')).toBe(`${before}\npriority: most\n`);
    expect(atHead(path)).toBe(before);
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('most', 'low'));
    expect((await run('edit', 'MC-3', '--file', kept)).stdout).toBe('MC-3: priority changed.\n');
  });

  test('a text that was kept takes nothing back that others changed since', async () => {
    editor(`sed -i 's/^title: .*/title: Mend it/' "$1"; echo 'priority: most' >> "$1"`);
    const kept = /--file (\S+)\.\n/.exec((await run('edit', 'MC-3')).stderr)?.[1] ?? '';
    await run('edit', 'MC-3', '--owner', 'elmar');
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('most', 'low'));
    expect((await run('edit', 'MC-3', '--file', kept)).stdout).toBe('MC-3: title, priority changed.\n');
    expect(ticket('MC-3')).toMatchObject({ title: 'Mend it', priority: 'low', owner: 'elmar' });
  });

  test("what is Signalbox's own record may not be edited", async () => {
    editor(`echo 'restricted_at: 2026-05-25T09:12:00Z' >> "$1"`);
    expect(await run('edit', 'MC-3')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^illegal-edit: Signalbox's own fields: restricted_at\./),
    });
  });

  test('where the ticket moves on meanwhile, the edit is decided again, and made on it as it is then', async () => {
    const other = join(here.folder, 'other');
    git(here.folder, 'clone', '--quiet', '--branch', 'signalbox', join(here.folder, 'team.git'), 'other');
    const theirs = `cd ${other} && sed -i 's/^owner: .*/owner: elmar/' ${path} && git commit --quiet --all --message theirs`;
    editor(
      `sed -i 's/^title: .*/title: Mend it/' "$1"; (${theirs} && git push --quiet origin HEAD:signalbox HEAD:refs/signalbox/witness)`,
    );
    expect((await run('edit', 'MC-3')).stdout).toBe('MC-3: title changed.\n');
    expect(ticket('MC-3')).toMatchObject({ title: 'Mend it', owner: 'elmar' });
  });

  test('nothing changed, and an editor that fails', async () => {
    editor('true');
    expect(await data('edit', 'MC-3')).toMatchObject({ status: 0, json: { changed: [], commit: null } });
    editor('exit 3');
    expect(await run('edit', 'MC-3')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^no-editor: .* ended with 3/),
    });
  });
});

describe('a ticket whose file cannot be read', () => {
  beforeEach(() => {
    admit(push('signalbox', { [path]: 'format: 1\nid: MC-3\ntitle: x\npriority: most\n' }));
  });

  test('is mended whole, and not by its fields', async () => {
    expect(await run('edit', 'MC-3', '--title', 'y')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^bad-field: its file cannot be read: priority: /),
    });
    editor(`sed -i 's/most/high/' "$1"`);
    expect((await run('edit', 'MC-3')).stdout).toBe('MC-3: file changed.\n');
    expect(ticket('MC-3')?.priority).toBe('high');
  });
});

test('a closed ticket, one that never was, and a file and fields at once', async () => {
  for (const id of ['MC-7', 'MC-99'])
    expect(await run('edit', id, '--title', 'x')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^no-such-ticket: /),
    });
  expect(await run('edit', 'MC-3', '--title', 'x', '--file', 'y')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^bad-input: /),
  });
  expect(await run('edit', 'MC-3', '--title', '')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^bad-field: title: /),
  });
});
