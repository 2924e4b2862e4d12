// Stands in for a command-line agent that a preset names: installed as `claude`, `codex` or `copilot`, it takes the
// arguments that that program takes and no others, reads its prompt, starts the server of tools that it was handed in that
// program's way, and reports by it. Where it can see a secret that is none of its own it fails. What it was given it
// leaves in $STORY_FOLDER/<name>.json.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const name = basename(process.argv[1]);
const args = process.argv.slice(2);
const prompt = readFileSync(0, 'utf8');

/** Flags by the words that follow; `many` takes all up to the next flag. */
const known = {
  claude: {
    '--print': 0,
    '--dangerously-skip-permissions': 0,
    '--mcp-config': 'many',
    '--strict-mcp-config': 0,
    '--model': 1,
  },
  codex: { '--dangerously-bypass-approvals-and-sandbox': 0, '--color': 1, '--config': 1, '--model': 1 },
  copilot: {
    '--allow-all': 0,
    '--no-ask-user': 0,
    '--no-auto-update': 0,
    '--no-color': 0,
    '--silent': 0,
    '--disable-builtin-mcps': 0,
    '--additional-mcp-config': 1,
    '--model': 1,
  },
}[name];

/** The words behind each flag. */
function parse() {
  const found = {};
  const words = [...args];
  if (name === 'codex' && words.shift() !== 'exec') fail('codex without exec asks a person');
  while (words.length > 0) {
    const flag = words.shift();
    const takes = known[flag];
    if (takes === undefined) fail(`unknown argument ${flag}`);
    const next = words.findIndex((word) => word.startsWith('--'));
    const some = takes === 'many' ? (next === -1 ? words.length : next) : takes;
    found[flag] = [...(found[flag] ?? []), ...words.splice(0, some)];
  }
  return found;
}

/** How the server of tools is started, as each program reads it. */
function serverIn(given) {
  if (name === 'codex') {
    return Object.fromEntries(
      given['--config'].map((one) => {
        const [, key, toml] = /^mcp_servers\.signalbox\.(\w+)=(.*)$/s.exec(one) ?? fail(`what is ${one}`);
        return [key, JSON.parse(toml.replace(/([{,])(\w+)=/g, '$1"$2":'))];
      }),
    );
  }
  const [json, ...more] = given[name === 'claude' ? '--mcp-config' : '--additional-mcp-config'];
  if (more.length > 0) fail(`more than one configuration: ${more}`);
  return JSON.parse(json).mcpServers.signalbox;
}

/** What looks like a login of the job, and the secrets that this agent was not granted. */
const secret = /gh[sp]_[A-Za-z0-9]{8}|Basic [A-Za-z0-9+/]{16}|INPUT_TOKEN=|secret-of-(\w+)/g;

function look(where, text) {
  for (const [found, owner] of text.matchAll(secret)) if (owner !== name) fail(`LEAK: ${where} has ${found}`);
}

function fail(why) {
  console.log(why);
  process.exit(3);
}

const environmentOf = (variables) =>
  Object.entries(variables)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');

async function main() {
  const given = parse();
  const { command, args: rest, env } = serverIn(given);
  const transport = new StdioClientTransport({ command, args: rest, env });
  const client = new Client({ name, version: '1' });
  await client.connect(transport);
  for (const of of [process.pid, transport.pid])
    for (const file of ['environ', 'cmdline'])
      look(`${file} of ${of}`, readFileSync(`/proc/${of}/${file}`, 'latin1').replaceAll('\0', '\n'));
  look('the environment', environmentOf(process.env));
  look('the prompt', prompt);
  for (const folder of [process.cwd(), process.env.HOME, process.env.TMPDIR]) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    for (const { path, name: file } of files)
      look(join(path, file), readFileSync(join(path, file), 'latin1'));
  }
  const told = { args, env: process.env, prompt, model: given['--model'] ?? null };
  writeFileSync(join(process.env.STORY_FOLDER, `${name}.json`), JSON.stringify(told));
  const { structuredContent: ticket } = await client.callTool({ name: 'get_ticket', arguments: {} });
  const summary = `${name} read ${ticket.id}`;
  const { structuredContent: answer } = await client.callTool({
    name: 'report_done',
    arguments: { summary },
  });
  await client.close();
  console.log(`answered ${answer.status}`);
}

main().catch((error) => fail(String(error.stack)));
