import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  readDesk,
  readQuarantined,
  readSignal,
  readTicket,
  writeDesk,
  writeQuarantined,
  writeSignal,
  writeTicket,
} from '../../src/ticket/codec.ts';
import { desk, quarantined, signal, type Ticket, ticket } from '../../src/ticket/format.ts';
import { anyTicket, tries } from './arbitrary.ts';

const plain = ticket.parse({ format: 1, id: 'MC-4159', title: 'Rework the report' });

function reread(written: string, id: string): Ticket {
  const { ticket: value, broken } = readTicket(id, written);
  if (!value) throw new Error(`${broken?.code}: ${broken?.message}\n${written}`);
  return value;
}

test('whatever a ticket says, its file says the same', () => {
  fc.assert(
    fc.property(anyTicket, (each) => {
      expect(reread(writeTicket(each), each.id)).toEqual(each);
    }),
    tries(200),
  );
});

test('any ticket can be rewritten as any other, and a rewrite of the same changes no character', () => {
  fc.assert(
    fc.property(anyTicket, anyTicket, (first, second) => {
      const before = writeTicket(first);
      expect(writeTicket(first, before)).toBe(before);
      const after = writeTicket({ ...second, id: first.id }, before);
      expect(reread(after, first.id)).toEqual({ ...second, id: first.id });
    }),
    tries(200),
  );
});

test('comments stand through any rewrite of a file that people wrote', () => {
  fc.assert(
    fc.property(anyTicket, anyTicket, (first, second) => {
      const lines = writeTicket(first).split('\n');
      const commented = lines.flatMap((text, index) =>
        /^[a-z_]+:/.test(text) ? [`# note ${index}`, text] : [text],
      );
      const before = commented.join('\n');
      expect(reread(before, first.id)).toEqual(first);
      const after = writeTicket({ ...second, id: first.id }, before);
      expect(reread(after, first.id)).toEqual({ ...second, id: first.id });
      const notes = commented.filter((text) => text.startsWith('# note'));
      expect(after.split('\n').filter((text) => notes.includes(text))).toEqual(notes);
    }),
    tries(200),
  );
});

test('a change of one field leaves every other character of the file alone', () => {
  const before = `# Luci's ticket. Ask elmar first!

format:   1
id: MC-4159   # born from an issue

title:    "Rework the \\u0072eport"
waiting:
    kind: deferred    # not before she is idle
    when: {idle:   luci}
    # who asked
    by: elmar
    since:  2026-05-25T09:12:00Z
# the rest
phases: [ dev,review ]
state: waiting   # sticky
body: >-
   folded
   text

owner: luci`;
  const old = reread(before, 'MC-4159');
  const after = writeTicket({ ...old, state: 'todo', hold: true, waiting: null }, before);
  expect(after).toBe(`# Luci's ticket. Ask elmar first!

format:   1
id: MC-4159   # born from an issue

title:    "Rework the \\u0072eport"
waiting: null
hold: true
# the rest
phases: [ dev,review ]
state: todo # sticky
body: >-
   folded
   text

owner: luci
`);
  const later = writeTicket(
    { ...old, waiting: { kind: 'parked', reason: '', by: 'elmar', since: '2026-05-26T09:12:00Z' } },
    before,
  );
  expect(later).toContain(`waiting:
  kind: parked # not before she is idle
  # who asked
  by: elmar
  since: 2026-05-26T09:12:00Z
  reason: ""
# the rest
`);
});

test('a closed attempt is added below the others, whose comments stay', () => {
  const attempts = [1, 2].map((number) => ({
    number,
    claim: `c${number}`,
    phase: 'dev',
    agent: 'luci',
    run: null,
    outcome: 'lost' as const,
    by: 'signalbox',
    reason: '',
    signal: null,
    started: '2026-05-25T09:12:00Z',
    ended: '2026-05-25T09:13:00Z',
    stopped: null,
  }));
  const before = writeTicket({ ...plain, attempts: attempts.slice(0, 1) }).replace(
    'claim: c1',
    'claim: c1 # the first',
  );
  const [first, second] = attempts;
  if (!first || !second) throw new Error('two attempts');
  const after = writeTicket(
    { ...plain, attempts: [{ ...first, stopped: '2026-05-25T09:14:00Z' }, second] },
    before,
  );
  expect(after).toContain('claim: c1 # the first');
  expect(after).toContain('stopped: 2026-05-25T09:14:00Z');
  expect(reread(after, plain.id).attempts.map(({ claim }) => claim)).toEqual(['c1', 'c2']);
});

test('a new file leaves out what goes without saying', () => {
  const made = writeTicket({
    ...plain,
    owner: 'luci',
    phases: ['dev', 'review'],
    body: 'Do it.\n\nWell.\n',
    lifetime: { attempts: 1, retries: 0, granted: 0, minutes: 12 },
  });
  expect(made).toBe(`format: 1
id: MC-4159
title: Rework the report
state: inbox
owner: luci
phases: [ dev, review ]
body: |
  Do it.

  Well.
lifetime: { attempts: 1, retries: 0, granted: 0, minutes: 12 }
`);
});

test('a file with carriage returns, a byte order mark or no last line end is rewritten as a good one', () => {
  const before =
    '\ufeffformat: 1\r\nid: MC-4159\r\n# why\r\ntitle: x\r\nbody: |\r\n  a\r\n  b\r\nhold: false # soon';
  const old = reread(before, 'MC-4159');
  expect(old.body).toBe('a\nb\n');
  const after = writeTicket({ ...old, hold: true, owner: 'luci' }, before);
  expect(after).toContain('# why\r\ntitle: x\r\n');
  expect(reread(after, 'MC-4159')).toEqual({ ...old, hold: true, owner: 'luci' });
});

test('a file in one pair of braces keeps its comments too', () => {
  const before = '{ format: 1, id: MC-4159, # why\n title: x, hold: false }\n';
  const after = writeTicket({ ...reread(before, 'MC-4159'), hold: true }, before);
  expect(after).toContain('# why');
  expect(reread(after, 'MC-4159').hold).toBe(true);
});

test('a ticket too large to be read again is not written', () => {
  const messages = Array.from({ length: 5 }, () => ({
    id: 'c1',
    by: 'elmar',
    at: '2026-05-25T09:12:00Z',
    text: 'x'.repeat(60_000),
  }));
  expect(() => writeTicket({ ...plain, messages })).toThrow(/larger than 256 KiB/);
});

test('desk, signal and quarantine files come back as they were', () => {
  const aDesk = desk.parse({
    format: 1,
    paused: true,
    by: 'elmar',
    profiles: { luci: { until: null, reason: 'x', by: 'elmar' } },
  });
  expect(readDesk(writeDesk(aDesk)).desk).toEqual(aDesk);
  expect(writeDesk({ ...aDesk, paused: false }, '# ours\nformat: 1\npaused: true # lunch\n')).toMatch(
    /^# ours\nformat: 1\npaused: false # lunch\n/,
  );
  const aSignal = signal.parse({
    format: 1,
    ticket: 'MC-1',
    attempt: 3,
    kind: 'done',
    summary: 'Done: it\nworks\n',
    key: '12e4',
  });
  expect(readSignal(writeSignal(aSignal)).signal).toEqual(aSignal);
  const kept = {
    format: 1,
    ticket: '../x',
    attempt: 3,
    digest: 'a'.repeat(64),
    code: 'wrong-key',
    reason: '',
    state: 'waiting',
    channel: 'file',
    actor: 'luci',
    at: '2026-05-25T09:12:00Z',
  };
  for (const what of [aSignal, { unreadable: 'a: [\0' }]) {
    const whole = quarantined.parse({ ...kept, signal: what });
    expect(readQuarantined(writeQuarantined(whole)).quarantined).toEqual(whole);
  }
});
