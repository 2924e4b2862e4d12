import { connect, type Socket } from 'node:net';
import { asError } from '../base/errors.ts';
import { longestLine, makeLineCutter } from '../base/lines.ts';
import type { ToolAnswer } from '../ticket/tools.ts';
import type { ToolCall } from './server.ts';

/** Asks the runner over its socket: a line of JSON for each call, and for each answer. */
export function callOverSocket(path: string): ToolCall {
  let caller: Socket | null = null;
  let last = 0;
  const waiting = new Map<number, (answer: ToolAnswer) => void>();
  const gone = (why: string) => {
    caller = null;
    for (const [id, tell] of waiting) {
      waiting.delete(id);
      tell(unreachable(why));
    }
  };
  const opened = (): Socket => {
    const socket = connect(path);
    let why = 'it has hung up';
    socket.on('error', (error) => {
      why = asError(error).message;
    });
    socket.on('close', () => caller === socket && gone(why));
    socket.on(
      'data',
      makeLineCutter(16 * longestLine, {
        tooLong: () => socket.destroy(),
        line(text) {
          const { id, answer } = JSON.parse(text) as { id: number | null; answer: ToolAnswer };
          const told = id === null ? [...waiting.keys()] : [id]; // what could not be read may have been any
          for (const one of told) {
            waiting.get(one)?.(answer);
            waiting.delete(one);
          }
        },
      }),
    );
    return socket;
  };
  return (tool, input) =>
    new Promise((resolve) => {
      const id = ++last;
      const line = `${JSON.stringify({ id, tool, input })}\n`;
      if (Buffer.byteLength(line) > longestLine)
        return resolve({
          status: 'error',
          code: 'too-large',
          message: 'This is longer than a call may be.',
          next: 'Shorten what your commands printed, and call it again.',
        });
      waiting.set(id, resolve);
      caller ??= opened();
      caller.write(line);
    });
}

function unreachable(why: string): ToolAnswer {
  return {
    status: 'error',
    code: 'no-runner',
    message: `The runner of your attempt does not answer: ${why}.`,
    next: 'Your attempt is over, or is being ended. End now; begin the last paragraph of what you print with DONE:, REVIEW: or QUESTION:.',
  };
}
