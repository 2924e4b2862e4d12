import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asError } from '../base/errors.ts';
import { longestLine, makeLineCutter } from '../base/lines.ts';
import type { Log } from '../base/log.ts';
import type { ToolAnswer } from '../ticket/tools.ts';
import type { AgentUser } from './user.ts';

/** The longest path that every kernel takes for a socket, in bytes with the NUL at its end: 104 on macOS, 108 on Linux. */
const longestPath = 104;

/** So many callers at a time, and calls of each that wait for their answer. */
const most = { callers: 8, calls: 16 };

export interface ToolSocket {
  path: string;
  /** The folder it lies in, which the agent may read and not write. */
  folder: string;
  /** No more is answered; the folder goes. */
  close(): Promise<void>;
}

/**
 * Listens for what the agent asks by its tools: a line of JSON (`{ id, tool, input }`) for each call, and a line of JSON
 * (`{ id, answer }`) for each answer. In a folder of our own, so that nobody puts another in its place; only the agent's user
 * and ours may connect. Whatever comes is answered, and ends no more than its own connection.
 */
export async function listen(
  user: AgentUser | null,
  log: Log,
  call: (tool: string, input: unknown) => Promise<ToolAnswer>,
): Promise<ToolSocket> {
  const folder = await socketFolder(user);
  const path = join(folder, 's');
  const callers = new Set<Socket>();
  const server = createServer((caller) => {
    caller.on('error', () => {});
    if (callers.size >= most.callers) return turnAway(caller);
    callers.add(caller);
    caller.on('close', () => callers.delete(caller));
    serveCaller(caller, call);
  });
  server.on('error', (error) => log.warn('the socket of the tools failed', { error: asError(error) }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  await user?.own(path);
  if (user) await chmod(folder, 0o711); // through it, not into it
  return {
    path,
    folder,
    async close() {
      server.close();
      for (const caller of callers) caller.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Short enough for a socket; and where every user comes through, if the agent is another. */
async function socketFolder(user: AgentUser | null): Promise<string> {
  const name = 'signalbox-tools-';
  const fits = Buffer.byteLength(join(tmpdir(), `${name}XXXXXX`, 's')) < longestPath;
  return mkdtemp(join(fits && !user ? tmpdir() : '/tmp', name));
}

function serveCaller(caller: Socket, call: (tool: string, input: unknown) => Promise<ToolAnswer>): void {
  let waiting = 0;
  // Who does not read is not heard: answers that pile up would take all memory.
  const answer = (id: unknown, one: ToolAnswer, sent = () => {}) => {
    if (!caller.write(lineOf(id, one), sent)) caller.pause();
  };
  caller.on('drain', () => caller.resume());
  const refuse = (id: unknown, code: string, message: string) =>
    answer(id, { status: 'error', code, message });
  const cut = makeLineCutter(longestLine, {
    tooLong: () => hangUp(caller, 'too-large', `A line has at most ${longestLine} bytes.`),
    line(text) {
      const read = readCall(text);
      if (!read)
        return void refuse(
          null,
          'bad-request',
          'Each line is JSON: {"id": 1, "tool": "get_ticket", "input": {}}.',
        );
      const { id, tool, input } = read;
      if (waiting >= most.calls) return void refuse(id, 'busy', 'Wait for the answers first.');
      waiting++;
      void call(tool, input)
        .catch(
          (thrown: unknown): ToolAnswer => ({
            status: 'error',
            code: 'internal',
            message: asError(thrown).message,
          }),
        )
        .then((one) => answer(id, one, () => waiting--));
    },
  });
  caller.on('data', cut);
}

function readCall(text: string): { id: string | number; tool: string; input: unknown } | null {
  try {
    const { id, tool, input } = Object(JSON.parse(text)) as Record<string, unknown>;
    const isNamed = typeof id === 'number' || (typeof id === 'string' && id.length <= 100);
    return isNamed && typeof tool === 'string' ? { id, tool, input } : null;
  } catch {
    return null;
  }
}

const lineOf = (id: unknown, answer: ToolAnswer): string => `${JSON.stringify({ id, answer })}\n`;

/** It is not waited for: an agent that opens one after another and closes none would take every file we may open. */
function turnAway(caller: Socket): void {
  caller.end(lineOf(null, { status: 'error', code: 'busy', message: 'Too many callers.' }));
  caller.destroySoon();
}

/** What is still on its way is let fall, or its sender would wait for us; but not for ever. */
function hangUp(caller: Socket, code: string, message: string): void {
  caller.removeAllListeners('data');
  let left = 4 * longestLine;
  caller.on('data', ({ length }) => {
    left -= length;
    if (left < 0) caller.destroy();
  });
  caller.end(lineOf(null, { status: 'error', code, message }));
}
