import { beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/base/random.ts';
import { config as configSchema } from '../../src/ticket/config.ts';
import { formatVersion, type Signal } from '../../src/ticket/format.ts';
import { signalDigest } from '../../src/ticket/signals.ts';
import { aTicket, config } from './desk.ts';
import { working } from './fixtures.ts';
import { OperatedDesk } from './operated.ts';

// S5: one rule for whatever brings a signal, and one signal whatever brings it twice.

const key = 'the-key-of-run-990';
const work = 'c'.repeat(40);
let desk: OperatedDesk;

async function workedOn(settings = config): Promise<void> {
  desk = await OperatedDesk.start(settings);
  const issue = desk.forge.open('lucienne');
  const run = { ...working.attempt.run, key_sha256: sha256(key) };
  await desk.put(aTicket('MC-1', { ...working, attempt: { ...working.attempt, run }, issue }));
  desk.later();
}

const signal = (over: Partial<Signal>): Signal => ({
  format: formatVersion,
  ticket: 'MC-1',
  attempt: 1,
  kind: 'done',
  summary: 'The rake is back.\n\nIt hangs on its hook.',
  run: null,
  key,
  agent_gone: false,
  ...over,
});

/** The ways a worker's word comes. */
const channels = {
  /** As its runner hands in what its agent told the tool. */
  async tool(over: Partial<Signal> = {}) {
    const said = signal({ evidence: [{ command: 'ls', exit: 0, output: 'rake' }], ...over });
    const about = { ticket: 'MC-1', attempt: 1, text: JSON.stringify(said), source: signalDigest(said) };
    const by = { channel: 'runner', at: desk.now, actor: 'luci' } as const;
    await desk.operator.handle('MC-1', { kind: 'signal', signal: said, ...about, ...by });
  },
  /** As an agent with push rights commits it, its words in a block of YAML. */
  async file({ work: named, no_commit }: Partial<Signal> = {}) {
    const { summary } = signal({});
    const text = [
      'format: 1',
      'ticket: MC-1',
      'attempt: 1',
      'kind: done',
      `key: ${key}`,
      ...(named ? [`work: ${named}`] : []),
      ...(no_commit ? [`no_commit: ${no_commit}`] : []),
      'summary: |',
      ...summary.split('\n').map((line) => (line ? `  ${line}` : '')),
    ];
    await desk.pushText('wilma', 'signals/MC-1/1.yaml', `${text.join('\n')}\n`);
  },
  async comment({ work: named, no_commit }: Partial<Signal> = {}) {
    const words = signal({}).summary.replaceAll('\n', '\r\n');
    const lines = [`DONE: ${words}`, '', `key: ${key}`, 'attempt: 1'];
    if (named) lines.push(`<!-- commit: ${named} -->`);
    if (no_commit) lines.push(`no-commit: ${no_commit}`);
    desk.forge.say(1, lines.join('\r\n'), 'github-actions[bot]');
    await desk.look(1);
  },
};
type Channel = keyof typeof channels;
const names = Object.keys(channels) as Channel[];

/** How often the ticket was said to be done in a commit. */
const completions = async () =>
  (await desk.history('MC-1')).filter(({ transition }) => transition.startsWith('done:')).length;

describe('S5: one signal has one outcome', () => {
  beforeEach(() => workedOn());
  const ways = names.flatMap((first) => [[first], ...names.map((second) => [first, second])]);
  test.each(ways.map((way) => [way.join(', then '), way] as const))('%s', async (_, way) => {
    for (const channel of way) {
      await channels[channel]();
      desk.later();
    }
    await desk.sweep();
    const ticket = await desk.ticket('MC-1');
    expect(ticket?.state).toBe('done');
    expect(ticket?.attempts).toMatchObject([
      { outcome: 'done', signal: signalDigest(signal({})), reason: expect.stringContaining('its hook.') },
    ]);
    expect(await completions()).toBe(1);
    expect(await desk.quarantine()).toEqual([]);
    expect(await desk.textAtHead('signals/MC-1/1.yaml')).toBe('');
    expect(desk.forge.told(1, 'quarantine')).toEqual([]);
  });
});

describe('a claim that lacks the commit its phase needs', () => {
  const phases = { dev: { needs: 'commit' } };
  beforeEach(() => workedOn(configSchema.parse({ ...config, phases })));

  test.each(names)(
    'S5, S6: by %s: refused with its code, kept, told, and the attempt goes on',
    async (channel) => {
      await channels[channel]();
      await desk.sweep();
      await desk.sweep(); // read again it is not asked again
      expect(await desk.ticket('MC-1')).toMatchObject({ state: 'in_progress', attempts: [] });
      expect(await desk.quarantine()).toHaveLength(1);
      const refusals = (await desk.history('MC-1')).filter(({ transition }) =>
        /needs-commit/.test(transition),
      );
      expect(refusals).toHaveLength(1);
      const [told] = desk.forge.told(1, 'quarantine');
      expect(told).toContain('`needs-commit`');
    },
  );

  const mends = [{ work }, { no_commit: 'only the doors had to be oiled' }];
  test.each(names.flatMap((channel) => mends.map((mend) => [channel, Object.keys(mend)[0], mend] as const)))(
    'by %s, made again with %s: accepted, and no more in quarantine',
    async (channel, _, mend) => {
      await channels.comment();
      desk.later();
      await channels[channel](mend);
      await desk.sweep();
      expect(await desk.ticket('MC-1')).toMatchObject({ state: 'done', attempts: [{ outcome: 'done' }] });
      expect(await desk.quarantine()).toEqual([]);
      const [told] = desk.forge.told(1, 'quarantine');
      expect(told).toContain('Taken out of quarantine');
    },
  );
});
