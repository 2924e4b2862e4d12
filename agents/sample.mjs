#!/usr/bin/env node
// A sample agent for the first run: it needs no account and no network. It works visibly for some seconds in its work
// tree, commits, and ends with a verdict. Put a real agent's command in its place in .github/signalbox.yml.
//
//   node sample.mjs [seconds]        default 6

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const seconds = Number(process.argv[2] ?? 6);
const ticket = process.env.SIGNALBOX_TICKET ?? 'a ticket';
const attempt = process.env.SIGNALBOX_ATTEMPT ?? '0';
const prompt = await readAll(process.stdin);
const title = /^Title:\n> (.*)$/m.exec(prompt)?.[1] ?? ticket;

process.on('SIGTERM', () => {
  console.log('Told to stop. I leave everything as it is.');
  process.exit(143);
});

console.log(`I take up ${ticket}: ${title}`);
const steps = ['Reading the ticket', 'Looking around', 'Making a plan', 'Writing', 'Checking'];
for (const [at, step] of steps.entries()) {
  console.log(`${step} (${at + 1} of ${steps.length}) …`);
  mkdirSync('notes', { recursive: true });
  writeFileSync(
    `notes/${ticket}.md`,
    `# ${title}\n\nAttempt ${attempt} got as far as: ${step.toLowerCase()}.\n`,
  );
  await wait((seconds * 1000) / steps.length);
}
execFileSync('git', ['add', 'notes']);
execFileSync('git', ['commit', '--quiet', '--message', `notes: ${title}`]);
console.log('');
console.log(`DONE: wrote notes/${ticket}.md`);

async function readAll(stream) {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}
