import type { Command } from 'commander';
import { z } from 'zod';
import { condition } from '../../src/ticket/condition-format.ts';
import { reasons } from '../../src/ticket/reasons.ts';
import { publishedSchemas } from '../../src/ticket/schemas.ts';
import { spoken, usageOf } from '../../src/ticket/spoken.ts';
import { stateWords } from '../../src/ticket/states.ts';
import { roleFor, table } from '../../src/ticket/table.ts';
import { tools } from '../../src/ticket/tools.ts';
import { allCommands } from '../cli/command.ts';
import { stateDiagram } from './diagram.ts';
import { fieldsOf, type JsonSchema } from './fields.ts';

/*
 * Pages that are made from the code. Each says so at its top.
 */

const made = '<!-- Made from the code by `npm run docs`; a test compares. -->';

/** Name of the file in docs/ to its text. */
export async function pages(): Promise<Record<string, string>> {
  return {
    'states.svg': await stateDiagram(),
    'states.md': states(),
    'commands.md': commands(),
    'reference.md': reference(),
  };
}

function states(): string {
  const rows = table.map(({ request, from, to, by, only = '' }) => [
    code(request),
    from.map(stateWords).join(', '),
    stateWords(to as never),
    by,
    only,
  ]);
  return page(
    'The states of a ticket',
    `![The states, and what leads from one to another](states.svg)

Blue: people. Green: the agent. Grey: Signalbox. An arrow from a frame is one from most states in it.

What finds no row is refused, \`no-row\`. _next phase_ is todo in the next phase, review where a person's gate stands before it, done where none
is left; _retry_ is todo after a back-off while the ticket's retries last, else blocked; _as signalled_ is where the row of the signal leads. Every
arrow into todo first asks \`hold\` and the desk's switches: held, it leads to waiting. The table is [src/ticket/table.ts](../src/ticket/table.ts).`,
    grid(['asked', 'from', 'to', 'by', 'only'], rows),
  );
}

function commands(): string {
  const words = spoken;
  const said = words.map(({ name, takes, of, summary, about }) => [
    code(`/${[name, usageOf[takes]].join(' ').trim()}`),
    of === 'desk' ? 'write' : ((name === 'status' ? 'triage' : roleFor(name as never)) ?? ''),
    `${summary}. ${about.replaceAll('\n', ' ')}`,
  ]);
  const all = allCommands().commands.filter((command) => command.name() !== 'complete');
  return page(
    'Commands',
    `## In comments

On the issue of a ticket, or on its pull request: the first word of the first line. Everything else is talk.

The comment is answered by a reaction: 👍 it is done; 😕 it does not apply, and a comment says why where that is news; 👎 its author may
not ask for that on this repository. A word that is no command has no answer.`,
    grid(['comment', 'permission', 'what it does'], said),
    '## On the command line',
    all.map((command) => `[${command.name()}](#signalbox-${command.name()})`).join(' · '),
    ...all.flatMap((command) => described(command, 'signalbox')),
  );
}

function described(command: Command, parent: string): string[] {
  const name = `${parent} ${command.name()}`;
  const help: string[] = [];
  command.configureHelp({ helpWidth: 110 }).configureOutput({ writeOut: (text) => help.push(text) });
  command.outputHelp();
  return [`### ${name}`, `\`\`\`text\n${help.join('').trim()}\n\`\`\``];
}

function reference(): string {
  const schemas = publishedSchemas() as Record<string, JsonSchema>;
  const file = (name: string, deepest = 9) =>
    grid(
      ['field', 'type', 'default', 'what it is'],
      fieldsOf(schemas[name] ?? {}).filter(([path = '']) => path.split('.').length <= deepest),
    );
  return page(
    'Reference',
    `[Reason codes](#reason-codes) · [Configuration](#configuration) · [Ticket files](#ticket-files) · [Agents' tools](#agents-tools)`,
    `## Reason codes

The same on comments, the command line, the board and in the agents' tools. A code is never renamed.`,
    grid(
      ['code', 'what it means'],
      Object.entries(reasons).map(([name, meaning]) => [code(name), meaning]),
    ),
    `## Configuration

\`.github/signalbox.yml\` on the default branch, with its [schema](../schemas/config.schema.json). A field without a default must be there.`,
    file('config'),
    `## Ticket files

\`tickets/<ID>.yaml\` on the state branch, with its [schema](../schemas/ticket.schema.json). People edit \`title\`, \`owner\`, \`priority\`, \`phases\`, \`body\`,
\`budget\` and \`not_before\` at will; an edit of \`state\`, \`hold\` or \`waiting\` is asked like the request that it amounts to; all else is Signalbox's own record, of which the schema
has more than this.`,
    file('ticket', 2),
    'A condition is one of these:',
    grid(['condition', 'it holds when'], conditions()),
    `## Agents' tools

What \`signalbox mcp\` serves (MCP), and the runner carries out.`,
    ...Object.entries(tools).flatMap(([name, { title, description, input }]) => [
      `### ${name}`,
      `${title}. ${description}`,
      inputOf(input),
    ]),
  );
}

function conditions(): string[][] {
  const { anyOf = [] } = resolved(z.toJSONSchema(condition, { io: 'input' }) as JsonSchema);
  return anyOf.map(({ properties = {}, description }) => {
    const [name = ''] = Object.keys(properties);
    return [code(name), description ?? `${name} of a list of conditions hold${name === 'any' ? 's' : ''}`];
  });
}

/** What a schema that is only a reference refers to. */
function resolved(schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.split('/').at(-1) ?? '';
  return schema.$defs?.[name] ?? schema;
}

function inputOf(input: z.ZodType): string {
  const rows = fieldsOf(z.toJSONSchema(input, { io: 'input' }) as JsonSchema);
  return rows.length === 0 ? 'It takes nothing.' : grid(['field', 'type', 'default', 'what it is'], rows);
}

const page = (title: string, ...parts: string[]): string =>
  `${[made, `# ${title}`, ...parts].join('\n\n')}\n`;

const code = (text: string): string => `\`${text}\``;

/** A table in Markdown. */
function grid(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
