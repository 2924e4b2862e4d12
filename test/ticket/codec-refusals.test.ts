import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTicket } from '../../src/ticket/codec.ts';
import { parseYaml } from '../../src/ticket/yaml.ts';
import { nasty, tries } from './arbitrary.ts';

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
  ['an unknown field', `${head}colour: red\n`, 'bad-field', /colour.* \(line 4\)$/],
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
  ['a state of one own', `${head}\n\nstate: doing\n`, 'bad-field', /^state: .* \(line 6\)$/],
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
    tries(2000),
  );
});

const slow: [string, string][] = [
  ['keys', Array.from({ length: 12_000 }, (_, i) => `k${i}: 1`).join('\n')],
  ['anchors', '&a '.repeat(40_000)],
  ['aliases', '*a '.repeat(40_000)],
  ['directives', '%a\n'.repeat(40_000)],
  ['faults', 'a: b: c\n'.repeat(15_000)],
  ['documents', '---\n'.repeat(30_000)],
  ['steps', '- '.repeat(60_000)],
  ['braces', '{a: '.repeat(30_000)],
  ['questions', '? '.repeat(60_000)],
];

// Processor time, since the machine may be busy. The parser alone takes ten seconds for some of these, and dies of others.
test.each(slow)('a file full of %s is answered in time', (_, text) => {
  const before = process.cpuUsage();
  expect(readTicket('MC-1', text).ticket).toBeNull();
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(3);
});
