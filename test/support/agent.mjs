// The agent of the story tests. What it does is told by a line `do: …` of its ticket; what it is and what it was told
// it writes to $STORY_FOLDER/<ticket>-<attempt>.json, with the agents it met alive there, and it waits for words in the
// file beside it that ends with .say. Each start is a line of $STORY_FOLDER/starts: an attempt worked twice shows there.
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';

const { STORY_FOLDER: folder, SIGNALBOX_TICKET: ticket, SIGNALBOX_ATTEMPT: attempt } = process.env;
const prompt = readFileSync(0, 'utf8');
const deeds = /^> do: (.*)$/m.exec(prompt)?.[1] ?? 'finish';
const name = `${ticket}-${attempt}`;
const pids = [process.pid];
appendFileSync(join(folder, 'starts'), `${name}\n`);
const met = alive();

if (deeds.includes('ignore sigterm')) process.on('SIGTERM', () => {});
if (deeds.includes('last words')) {
  process.on('SIGTERM', () => process.stdout.write('\nDONE: with my last breath\n', () => process.exit(0)));
}
if (deeds.includes('grandchild')) pids.push(await grandchild());
writeFileSync('work.txt', `attempt ${attempt} was here\n`);
const head = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
tell({ pids: pids.map(identify), met, prompt, head, env: { ...process.env }, cwd: process.cwd() });

const used = /use (\d+) tokens/.exec(deeds)?.[1];
if (used) writeFileSync(process.env.SIGNALBOX_USAGE, JSON.stringify({ tokens: Number(used) }));
if (deeds.includes('mumble')) process.stdout.write('waiting for the model\n');
if (deeds.includes('echo')) {
  process.stdout.write(prompt);
} else if (deeds.includes('recite')) {
  const task = prompt.split('\n').filter((line) => line.startsWith('> '));
  process.stdout.write(task.map((line) => `${line.slice(2)}\n`).join(''));
} else if (deeds.includes('nothing')) {
  process.exit(0);
} else if (deeds.includes('talk')) {
  for (const frame of '⠋⠙⠹⠸') process.stdout.write(`\r\u001b[2K${frame} Thinking…`);
  process.stdout.write('\r\u001b[2KI think that is all.\n');
} else if (deeds.includes('be killed')) {
  process.stdout.write('reading the whole map into memory\n', () => process.kill(process.pid, 'SIGKILL'));
} else if (deeds.includes('flood')) {
  await words(join(folder, `${name}.say`));
  const line = `${'all work and no play '.repeat(48)}\n`;
  for (let left = 200e6; left > 0; left -= 64 * line.length) await printed(line.repeat(64));
  await printed('out of breath\n');
  writeFileSync(join(folder, `${name}.flooded`), '');
  await words(join(folder, `${name}.end`));
  process.exit(7);
} else if (deeds.includes('meet the limit') && attempt === '1') {
  process.stdout.write('Provider limit reached, retry after 12 seconds.\n', () => process.exit(1));
} else if (deeds.includes('wait')) {
  const said = await words(join(folder, `${name}.say`));
  // Details are written, since a printed verdict has none.
  if (said.startsWith('kind:')) writeFileSync(process.env.SIGNALBOX_SIGNAL_FILE, said);
  else process.stdout.write(`${said}\n`);
} else {
  console.log('All there is to do is done.\n');
  console.log(`DONE: attempt ${attempt} of ${ticket}`);
}

function printed(text) {
  return new Promise((resolve) => process.stdout.write(text, resolve));
}

/** A process that the agent disowns: forked twice, in a session of its own, deaf to SIGTERM. */
async function grandchild() {
  const script = `process.on('SIGTERM', () => {}); process.on('SIGHUP', () => {}); setInterval(() => {}, 1000); console.log(process.pid)`;
  const middle = `const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(script)}], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('data', (pid) => { process.stdout.write(String(pid)); child.unref(); process.exit(0); });`;
  const child = spawn(process.execPath, ['-e', middle], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  for await (const chunk of child.stdout) out += chunk;
  return Number(out.trim());
}

/** A process by its id and start time, since ids are used again. */
function identify(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return { pid, start: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] };
}

/** Agents of which any process lives, by the name of their attempt. */
function alive() {
  const told = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return told
    .filter((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')).pids.some(lives))
    .map((file) => basename(file, '.json'));
}

function lives({ pid, start }) {
  try {
    return identify(pid).start === start && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function tell(facts) {
  const file = join(folder, `${name}.json`);
  writeFileSync(`${file}.new`, JSON.stringify(facts));
  renameSync(`${file}.new`, file);
}

async function words(file) {
  if (!existsSync(file)) {
    await new Promise((resolve) => {
      const watcher = watch(folder, (_event, changed) => {
        if (changed === basename(file)) done();
      });
      const done = () => {
        if (!existsSync(file)) return;
        watcher.close();
        resolve();
      };
      done();
    });
  }
  return readFileSync(file, 'utf8');
}
