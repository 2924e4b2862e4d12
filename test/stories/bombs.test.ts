import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { logOf } from '../support/runs.ts';
import { repository, World } from '../support/world.ts';

/*
 * Text of somebody who knows shells, workflows, Markdown and terminals, in every place where people and agents may write:
 * nothing runs, nothing leaks, and it is shown as text.
 */

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const at = { owner: 'acme', repo: 'desk' };
const secret = 'a-value-that-nobody-shows';

let desk: World;
let trap: string;
beforeAll(async () => {
  desk = await World.start();
  desk.github.actions.setSecret(repository, 'X', secret);
  trap = join(desk.stories, 'sprung');
});
afterAll(() => desk.end());

const shell = () => `"; touch ${trap} #' $(touch ${trap}) \`touch ${trap}\` | sh #`;
const expression = `\${{ secrets.X }}`;
const workflow = `${expression} \${{ github.token }}`;
const markdown =
  '@wilma &#64;wilma ![x](//evil.invalid/x) <img src=//evil.invalid/y> </details> <!-- signalbox:status --> ``` ~~~';
const ansi = '\u001b]0;owned\u0007\u001b[2J\u001b[1;1H\u009b2J\u0000\u202e';
const commands = '::add-mask::attempt\r::stop-commands::never\r\n##[add-mask]attempt';

/** What the app wrote on an issue. */
async function written(issue: number): Promise<string[]> {
  const { data } = await desk.as('lucienne').rest.issues.listComments({ ...at, issue_number: issue });
  return data.filter(({ user }) => user?.type === 'Bot').map(({ body }) => body ?? '');
}

/** Markdown of ours in which words of others do nothing. */
function expectText(words: string): void {
  const [marker = '', ...rest] = words.split('\n');
  const others = rest.join('\n').replace(/^@lucienne: /m, '');
  expect(marker.replace(/^<!-- signalbox:\S+ -->$/, '')).not.toContain('<!--');
  // In code Markdown reads nothing.
  const read = others.replace(/`[^`\n]*`/g, '');
  expect(read).not.toMatch(/@\w|&#64;|!\[|<[A-Za-z/?!]/);
  expect(others).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  expect(words).not.toContain(secret);
}

test('a ticket that is one bomb, with an agent that throws it back', async () => {
  const title = `${shell()} ${workflow} <b>@wilma</b>`.slice(0, 250);
  const body = ['do: wait', shell(), workflow, markdown, ansi, commands].join('\n');
  const issue = await desk.openIssue({ title, body, labels: ['ticket', 'release'] });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  await desk.comment(issue, `/tell ${markdown} ${ansi} ${shell()}`);
  await desk.until('the message is kept', () => desk.ticket(id)?.messages.length === 1);
  desk.say(id, 1, `${ansi}${commands}\n\nDONE: ${shell()} ${workflow}\n${markdown}\n${ansi}${commands}`);
  const reviewed = await desk.untilState(id, 'done');
  const pull = await desk.until('it is shown', async () => {
    const { data } = await desk
      .as('lucienne')
      .rest.pulls.list({ ...at, state: 'all', head: `acme:ticket/${id}` });
    return data[0];
  });
  const run = await desk.until('its run has ended', async () =>
    (await desk.runs(`${id} #1`)).find(({ status }) => status === 'completed'),
  );
  const log = await logOf(desk, run.id);
  const comments = await desk.until('it was told', async () => {
    const all = await written(issue);
    return all.length > 0 ? all : undefined;
  });

  expect(existsSync(trap)).toBe(false);
  expect(reviewed).toMatchObject({ title, attempts: [{ outcome: 'done' }] });
  expect([run.name, run.display_title]).toContain(`${id} #1 dev`);
  for (const words of comments) expectText(words);
  expect(pull.title).toContain(expression);
  expectText(`\n${pull.body}`);
  expect(log).not.toContain(secret);
  expect(log).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  expect(log).toContain(expression);
  const lines = log.split('\n').map((line) => line.replace(/^\d{4}-\S+Z /, ''));
  expect(lines.filter((line) => /^\s*::/.test(line))).toEqual([]);
  expect(lines.join('\n')).toContain(`${id}, attempt 1: done`); // nothing was masked, and the log went on
});

test('its refused signal, its question, and its failure say the same in quotation marks', async () => {
  const bomb = `${shell()} ${markdown} ${ansi}`;
  const issue = await desk.openIssue({
    title: 'A question',
    body: 'do: wait',
    labels: ['ticket', 'release'],
  });
  const id = `MC-${issue}`;
  await desk.until('the agent works', () => desk.agent(id));
  desk.say(id, 1, `QUESTION: ${bomb}`);
  await desk.untilState(id, 'waiting');
  await desk.until('it is asked', async () => (await written(issue)).some((one) => one.includes('asks')));
  await desk.comment(issue, `/answer ${bomb}`);
  await desk.until('the agent works again', () => desk.starts(id).length === 2);
  await desk.comment(issue, `/park ${bomb}`);
  await desk.untilState(id, 'waiting');
  desk.say(id, 2, `DONE: ${bomb}`);
  await desk.until('the evidence is written', async () =>
    (await written(issue)).some((one) => one.includes('evidence:2')),
  );
  await desk.comment(issue, `/park until ${bomb}`);
  await desk.until('it is answered', async () =>
    (await written(issue)).some((one) => one.includes('answer:') && one.includes('bad-condition')),
  );

  expect(existsSync(trap)).toBe(false);
  for (const words of await written(issue)) expectText(words);
  expect(desk.messages().join('\n')).not.toMatch(/^Actor: (?!\w)/m);
});
