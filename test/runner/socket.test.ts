import { existsSync, readdirSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { longestLine, makeLineCutter } from '../../src/base/lines.ts';
import { silentLog } from '../../src/base/log.ts';
import { callOverSocket } from '../../src/mcp/socket.ts';
import { listen, type ToolSocket } from '../../src/runner/socket.ts';
import type { ToolAnswer } from '../../src/ticket/tools.ts';
import { until } from './world.ts';

// What an agent's side sends is a stranger's: whatever it is, it is answered, and harms nobody else's call.

let socket: ToolSocket;
let calls: [string, unknown][];
/** Lets the calls that wait be answered. */
let release: () => void;
let held: Promise<void> | null;

beforeEach(async () => {
  calls = [];
  held = null;
  socket = await listen(null, silentLog, async (tool, input) => {
    calls.push([tool, input]);
    await held;
    if (tool === 'break') throw new Error('it broke');
    return { status: 'ok', code: 'ok', message: tool === 'much' ? 'x'.repeat(2 ** 20) : tool };
  });
});
afterEach(() => socket.close());

const hold = () => {
  held = new Promise((resolve) => {
    release = resolve;
  });
};

/** A caller, and the answers that it got so far. */
function caller(): { socket: Socket; answers: { id: unknown; answer: ToolAnswer }[]; isOver(): boolean } {
  const answers: { id: unknown; answer: ToolAnswer }[] = [];
  let isOver = false;
  const one = connect(socket.path);
  one.on('error', () => {});
  one.on('close', () => {
    isOver = true;
  });
  const line = (text: string) => void answers.push(JSON.parse(text));
  one.on('data', makeLineCutter(2 * longestLine, { line, tooLong: () => {} }));
  return { socket: one, answers, isOver: () => isOver };
}

const call = (id: unknown, tool: unknown, input?: unknown) => `${JSON.stringify({ id, tool, input })}\n`;

describe('the socket of the tools', () => {
  it('lies in a folder of ours, for ourselves alone, on a path that every kernel takes; and is gone at the end', async () => {
    expect(statSync(socket.path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(socket.path)).mode & 0o777).toBe(0o700);
    expect(Buffer.byteLength(socket.path)).toBeLessThan(104);
    const open = caller();
    await until(
      'it is heard',
      () => new Promise((resolve) => open.socket.write(call(1, 'x'), () => resolve(true))),
    );
    await socket.close();
    await until('the caller is let go', () => open.isOver());
    expect(existsSync(dirname(socket.path))).toBe(false);
  });

  it('has a short path also where the folder for such files is deep', async () => {
    const before = process.env.TMPDIR;
    process.env.TMPDIR = `/tmp/${'deep/'.repeat(30)}`;
    try {
      const other = await listen(null, silentLog, async () => ({ status: 'ok', code: 'ok', message: '' }));
      expect(dirname(dirname(other.path))).toBe('/tmp');
      await other.close();
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });

  it.each([
    ['no JSON', 'hello\n'],
    ['an empty line', '\n'],
    ['null', 'null\n'],
    ['a list', '[1, 2]\n'],
    ['no id', call(undefined, 'x')],
    ['an id that is no id', call({}, 'x')],
    ['an id without end', call('x'.repeat(101), 'x')],
    ['no tool', call(1, undefined)],
    ['a tool that is no name', call(1, ['x'])],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
  ])('%s is answered, and the next line is heard', async (_, bytes) => {
    const one = caller();
    one.socket.write(bytes);
    one.socket.write(call(7, 'x', { a: 1 }));
    await until('both answers', () => one.answers.length === 2);
    expect(one.answers.map(({ id, answer }) => [id, answer.code])).toEqual([
      [null, 'bad-request'],
      [7, 'ok'],
    ]);
    expect(calls).toEqual([['x', { a: 1 }]]);
  });

  it('a line in many pieces is one, and many lines in one piece are many', async () => {
    const one = caller();
    for (const byte of Buffer.from(call(1, 'ä'))) one.socket.write(Buffer.of(byte)); // half characters, too
    one.socket.write(call(2, 'b') + call(3, 'c'));
    await until('three answers', () => one.answers.length === 3);
    expect(calls.map(([tool]) => tool)).toEqual(['ä', 'b', 'c']);
  });

  it('a line without end ends its own connection, and no other', async () => {
    const [bad, good] = [caller(), caller()];
    const flood = Buffer.alloc(1024 * 1024, 'x');
    const pour = () => bad.socket.writable && bad.socket.write(flood, pour);
    pour();
    await until('it is cut off', () => bad.isOver());
    expect(bad.answers.map(({ answer }) => answer.code)).toEqual(['too-large']);
    good.socket.write(call(1, 'x'));
    await until('the other is answered', () => good.answers.length === 1);
  });

  it('a call that breaks is answered as broken', async () => {
    const one = caller();
    one.socket.write(call(1, 'break'));
    await until('an answer', () => one.answers.length === 1);
    expect(one.answers[0]?.answer).toMatchObject({ status: 'error', code: 'internal', message: 'it broke' });
  });

  it('one caller has so many calls at a time, and there are so many callers', async () => {
    hold();
    const one = caller();
    for (let id = 1; id <= 20; id++) one.socket.write(call(id, 'x'));
    await until('those too many are refused', () => one.answers.length === 4);
    expect(one.answers.map(({ id, answer }) => [id, answer.code])).toEqual(
      [17, 18, 19, 20].map((id) => [id, 'busy']),
    );
    const others = Array.from({ length: 8 }, caller);
    await until('the ninth is let go', () => others.filter((other) => other.isOver()).length === 1);
    release();
    await until('the rest is answered', () => one.answers.length === 20);
  });

  it('S4: callers that never close cost no file of ours, which a stop needs', async () => {
    const files = () => readdirSync('/proc/self/fd').length;
    const before = files();
    let told = 0;
    const all = Array.from({ length: 100 }, () => connect({ path: socket.path, allowHalfOpen: true }));
    for (const one of all)
      one
        .on('error', () => {})
        .on('end', () => told++)
        .resume();
    await until('all but eight are turned away', () => told === 92);
    await until('theirs alone are open', () => files() - before <= 100 + 8 + 2);
    for (const one of all) one.destroy();
  });

  it('a caller that does not read its answers is not heard', async () => {
    const [bad, good] = [caller(), caller()];
    bad.socket.pause();
    for (let turn = 1; turn <= 30; turn++) {
      bad.socket.write(call(turn, 'much'));
      good.socket.write(call(turn, 'x'));
      await until('the other is answered', () => good.answers.length === turn);
    }
    expect(calls.filter(([tool]) => tool === 'much').length).toBeLessThan(4);
    bad.socket.resume();
    bad.socket.on('error', () => {});
    await until('all is heard once it reads', () => bad.answers.length === 30);
  });

  it('a caller that hangs up before its answer harms nobody', async () => {
    hold();
    const [gone, there] = [caller(), caller()];
    gone.socket.write(call(1, 'x'));
    await until('it is heard', () => calls.length === 1);
    gone.socket.destroy();
    there.socket.write(call(1, 'y'));
    await until('the other is heard', () => calls.length === 2);
    release();
    await until('and answered', () => there.answers.length === 1);
  });
});

describe('the side of the agent', () => {
  it('says that its runner is gone, and what to do, whenever it goes', async () => {
    const ask = callOverSocket(socket.path);
    expect(await ask('get_ticket', {})).toMatchObject({ status: 'ok' });
    hold();
    const asked = ask('get_messages', {});
    await until('it is heard', () => calls.length === 2);
    await socket.close();
    expect(await asked).toMatchObject({
      status: 'error',
      code: 'no-runner',
      next: expect.stringContaining('DONE:'),
    });
    expect(await ask('get_ticket', {})).toMatchObject({ status: 'error', code: 'no-runner' });
    release();
  });

  it('sends no line that is longer than is heard', async () => {
    const ask = callOverSocket(socket.path);
    const answer = await ask('report_done', { summary: 'x'.repeat(longestLine) });
    expect(answer).toMatchObject({
      status: 'error',
      code: 'too-large',
      next: expect.stringContaining('Shorten'),
    });
    expect(await ask('get_ticket', {})).toMatchObject({ status: 'ok' });
  });
});
