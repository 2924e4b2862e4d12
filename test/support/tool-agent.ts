import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { ToolAnswer, ToolName } from '../../src/ticket/tools.ts';

/** What the agent does, one after the other; see `tool-agent.mjs`. */
export interface Step {
  tool?: ToolName | 'no_such_tool';
  input?: Record<string, unknown>;
  list?: true;
  /** A shell command, in its work tree. */
  run?: string;
  /** A file that it makes in its folder, and one that it waits for. */
  file?: string;
  until?: string;
  print?: string;
  stay?: true;
}

const root = join(import.meta.dirname, '..', '..');
const made = new Map<string, Promise<string>>();

/** Bundles a file as text, once, with its packages: an agent's user may not be able to read the project's. */
export function bundleText(entry: string, format: 'cjs' | 'esm'): Promise<string> {
  const known = made.get(entry);
  if (known) return known;
  const text = build({
    entryPoints: [join(root, entry)],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format,
    // Packages in the old form ask for Node's own modules as they were always asked for.
    ...(format === 'esm'
      ? {
          banner: {
            js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
          },
        }
      : {}),
    logLevel: 'silent',
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? '');
  made.set(entry, text);
  return text;
}

export const toolAgent = (): Promise<string> => bundleText('test/support/tool-agent.mjs', 'esm');
export const toolProgram = (): Promise<string> => bundleText('src/mcp/main.ts', 'cjs');

/** What its tools answered so far. */
export function answersIn(folder: string): (ToolAnswer & { tool: string; isError: boolean })[] {
  const file = join(folder, 'answers.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1); // the last one is not whole yet
  return lines.map((line) => JSON.parse(line));
}
