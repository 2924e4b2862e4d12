// An agent that is a client of the tools, as the command-line agents are: it starts the server that its environment
// names and goes through the steps of its argument, a JSON list. Each answer is a line of `answers.jsonl` in the folder
// of its second argument.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const [steps, folder] = [JSON.parse(process.argv[2]), process.argv[3]];
const { SIGNALBOX_SOCKET, SIGNALBOX_MCP } = process.env;
const note = (one) => appendFileSync(join(folder, 'answers.jsonl'), `${JSON.stringify(one)}\n`);

// Of its environment the server is given what any client gives (PATH, HOME and the like), and where the socket is.
const env = { SIGNALBOX_SOCKET };
const transport = new StdioClientTransport({ command: process.execPath, args: [SIGNALBOX_MCP], env });
const client = new Client({ name: 'story', version: '1' });
await client.connect(transport);

for (const step of steps) {
  if (step.list) note((await client.listTools()).tools);
  if (step.tool) {
    const { isError, structuredContent } = await client.callTool({
      name: step.tool,
      arguments: step.input ?? {},
    });
    note({ tool: step.tool, isError, ...structuredContent });
  }
  if (step.run) execFileSync('sh', ['-c', step.run]);
  if (step.file) writeFileSync(join(folder, step.file), '');
  while (step.until && !existsSync(join(folder, step.until))) await pause(20);
  if (step.print) console.log(step.print);
  if (step.stay) await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
}
await client.close();
