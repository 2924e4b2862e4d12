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
import { parseYaml } from '../../src/ticket/yaml.ts';
import { anyTicket, nasty } from './arbitrary.ts';

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
    { numRuns: 200 },
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
    { numRuns: 200 },
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
    { numRuns: 200 },
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

const head = 'format: 1\nid: MC-4159\ntitle: x\n';
const refused: [string, string, string, RegExp][] = [
  ['no YAML', `${head}owner: [`, 'bad-yaml', /line \d/],
  ['YAML that goes wrong at line 5', `${head}owner: a\nowner: b: c\n`, 'bad-yaml', /^line 5: /],
  ['a key twice', `${head}title: y\n`, 'bad-yaml', /^line 4: .*title/],
  ['an alias', `${head}owner: &a luci\nphase: *a\n`, 'bad-yaml', /^line 5: alias/],
  [
    'a bomb of aliases',
    `a: &a [x,x]\n${[...'bcdefgh'].map((key, i) => `${key}: &${key} [*${'abcdefg'[i]},*${'abcdefg'[i]}]`).join('\n')}\n${head}`,
    'bad-yaml',
    /alias/,
  ],
  ['a merge key', `${head}<<: { owner: luci }\n`, 'bad-field', /<</],
  ['two documents', `${head}---\n${head}`, 'bad-yaml', /^line [45]: a second document/],
  ['a binary tag', `${head}body: !!binary aGk=\n`, 'bad-yaml', /^line 4: Unresolved tag/],
  ['a tag of one own', `${head}body: !run x\n`, 'bad-yaml', /^line 4: Unresolved tag/],
  ['__proto__', `${head}__proto__: { hold: true }\n`, 'bad-yaml', /__proto__/],
  ['__proto__ further down', `${head}seen: { __proto__: 2026-05-25T09:12:00Z }\n`, 'bad-yaml', /__proto__/],
  ['a NUL', `${head}owner: a\0b\n`, 'bad-yaml', /^line 4: a control character/],
  ['an escape', `${head}owner: \x1b[2J\n`, 'bad-yaml', /^line 4: a control character/],
  ['a key that is a list', `${head}? [a]\n: b\n`, 'bad-yaml', /^line 4: /],
  ['a nest', `${head}body: ${'['.repeat(100_000)}`, 'bad-yaml', /nested too deeply/],
  [
    'a nest of conditions',
    `${head}start_when: ${'{ all: ['.repeat(80)}{ idle: a }${'] }'.repeat(80)}`,
    'bad-yaml',
    /nested too deeply/,
  ],
  ['an unknown field', `${head}colour: red\n`, 'bad-field', /colour/],
  [
    'an unknown field further down',
    `${head}waiting: { kind: parked, by: a, since: 2026-05-25T09:12:00Z, colour: red }\n`,
    'bad-field',
    /^waiting: .*colour/,
  ],
  [
    'a wrong type',
    `${head}attempt: { number: one, claim: c, phase: p, agent: a, run: null }\n`,
    'bad-field',
    /^attempt\.number: /,
  ],
  ['a number too large', `${head}issue: 1e400\n`, 'bad-field', /^issue: /],
  ['a state of one own', `${head}state: doing\n`, 'bad-field', /^state: /],
  [
    'a time with an offset',
    `${head}not_before: 2026-05-25T09:12:00+02:00\n`,
    'bad-field',
    /^not_before: a UTC time/,
  ],
  ['a list', '- a\n', 'bad-field', /object/],
  ['nothing', '', 'bad-field', /object/],
  ['a newer format with fields of its own', 'format: 2\nname: MC-4159\n', 'newer-format', /format 2/],
  ['no format', 'id: MC-4159\ntitle: x\n', 'bad-field', /^format: /],
  ['the id of another', 'format: 1\nid: MC-1\ntitle: x\n', 'id-mismatch', /MC-1/],
  ['2 MB', `${head}body: ${'x'.repeat(2_000_000)}\n`, 'too-large', /256 KiB/],
  ['a large body', `${head}body: ${'x'.repeat(70_000)}\n`, 'bad-field', /^body: /],
];

test.each(refused)('%s is refused and said', (_, text, code, message) => {
  const { ticket: value, broken } = readTicket('MC-4159', text);
  expect(value).toBeNull();
  expect(broken?.code).toBe(code);
  expect(broken?.message).toMatch(message);
  expect(broken?.message.length).toBeLessThan(500);
});

test.each(['../x', 'a/b', '', '.git', 'a'.repeat(65), 'a--b', 'a\n'])('%j is no id', (id) => {
  expect(readTicket(id, head).broken?.code).toBe('bad-id');
});

test('no text makes the reader throw', () => {
  const piece = fc.constantFrom(
    ...'[]{}:-?,#&*!|>%@`"\'\n\t ',
    '- ',
    ': ',
    '\n  ',
    'a',
    '---',
    '...',
    '<<',
    '\u0000',
    '\ud800',
    '%YAML 9',
    '!!x ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        nasty,
        fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
      ),
      (text) => {
        parseYaml(text);
        readTicket('MC-1', head + text);
      },
    ),
    { numRuns: 2000 },
  );
});

const slow: [string, string][] = [
  ['keys', Array.from({ length: 25_000 }, (_, i) => `k${i}: 1`).join('\n')],
  ['anchors', '&a '.repeat(60_000)],
  ['aliases', '*a '.repeat(80_000)],
  ['directives', '%a\n'.repeat(80_000)],
  ['faults', 'a: b: c\n'.repeat(30_000)],
  ['documents', '---\n'.repeat(60_000)],
  ['steps', '- '.repeat(120_000)],
  ['braces', '{a: '.repeat(60_000)],
  ['questions', '? '.repeat(120_000)],
];

test.each(slow)('a file full of %s is answered in time', (_, text) => {
  const before = performance.now();
  readTicket('MC-1', text);
  expect(performance.now() - before).toBeLessThan(10_000);
});

test('a ticket too large to be read again is not written', () => {
  const messages = Array.from({ length: 5 }, () => ({
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
