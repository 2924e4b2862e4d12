import { describe, expect, it } from 'vitest';
import { lastWords } from '../../src/runner/last-words.ts';

const said = (output: string): string[] => lastWords(output, 40).split('\n');

describe('the last words of an agent', () => {
  it.each([
    [
      'colours and titles',
      '\u001b]0;claude\u0007\u001b[1;31merror:\u001b[0m no such file\n',
      ['error: no such file'],
    ],
    [
      'a carriage return: what came last is what is seen',
      'Cloning… 10%\rCloning… 99%\rCloned 12 files\n',
      ['Cloned 12 files'],
    ],
    ['windows line ends are no overwriting', 'one\r\ntwo\r\n', ['one', 'two']],
    [
      'a line that a tool cleared before it wrote on',
      '⠋ Thinking\u001b[2K\u001b[1G⠙ Thinking\u001b[2K\u001b[1GRead src/a.ts\n',
      ['Read src/a.ts'],
    ],
    [
      'a block of lines drawn again',
      '⠋ install\n⠋ build\n\u001b[2A\u001b[2K✔ install\n\u001b[2K✖ build: exit 2\n',
      ['✔ install', '✖ build: exit 2'],
    ],
    [
      'what was erased with backspaces',
      'working |\b/\b-\b\\\b \nstopped: no API key\n',
      ['working', 'stopped: no API key'],
    ],
    [
      'spinner frames, one to a line, as a log gets them',
      '⠋ Thinking…\n⠙ Thinking…\n⠹ Thinking…\n⠸\n|\n/\n-\n\\\nI gave up.\n',
      ['Thinking… (3 times)', 'I gave up.'],
    ],
    [
      'progress bars',
      [
        'npm warn deprecated glob@7',
        '[=====>              ] 25% 3/12',
        '(##################⠂⠂) ⠋ reify:esbuild: 80%',
        '████████░░░░ 66%',
        '   ━━━━━━━━━━━━━━╸━━━ 1.2/3.4 MB 5.0 MB/s eta 0:00:01',
        ' 45%|████▌     | 450/1000 [00:01<00:02, 350.11it/s]',
        '######################                               34.5%',
        '100  1256  100  1256    0     0   5678      0 --:--:-- --:--:-- --:--:--  5683',
        'added 12 packages',
      ].join('\n'),
      ['npm warn deprecated glob@7', 'added 12 packages'],
    ],
    [
      'an empty prompt in a box',
      'API Error: 529 overloaded\n╭──────────────╮\n│ >            │\n╰──────────────╯\n  ? for shortcuts\n',
      ['API Error: 529 overloaded', '  ? for shortcuts'],
    ],
    ['words in a box', '┌─────────┐\n│ Usage limit reached. │\n└─────────┘', ['Usage limit reached.']],
    [
      'the same again and again',
      `${'retrying in 5 s\nconnection refused\n'.repeat(500)}giving up\n`,
      ['retrying in 5 s (500 times)', 'connection refused (500 times)', 'giving up'],
    ],
    ['twice is no flood', 'a\nb\na\nb', ['a', 'b', 'a', 'b']],
    [
      'code and lists stay as they are',
      '- one\n- two\n{\n  "a": [1]\n}\n* three\n',
      ['- one', '- two', '{', '  "a": [1]', '}', '* three'],
    ],
    [
      'sums and paths are no bars',
      'tests 12/34 passed (35%)\nsrc/[id]/page.tsx 50%\n',
      ['tests 12/34 passed (35%)', 'src/[id]/page.tsx 50%'],
    ],
    ['nothing but debris', '\u001b[?25l⠋\r⠙\r⠹\r\u001b[2K\u001b[?25h\n---\n\n', ['']],
    ['nothing', '', ['']],
  ])('%s', (_, output, words) => expect(said(output)).toEqual(words));

  it('are the last lines, of bounded length', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    expect(lastWords(lines.join('\n'), 2)).toBe('line 98\nline 99');
    const long = lastWords(`begin ${'🚂'.repeat(5_000)} end`, 40);
    expect(long.length).toBeLessThanOrEqual(4_000);
    expect(long).not.toMatch(/^\p{Surrogate}/u);
  });

  it.each([
    ['one line written over for ever', 'a'.repeat(100).concat('\r').repeat(2_500)],
    ['backspaces', 'ab\b'.repeat(85_000)],
    ['a line that never ends', 'x'.repeat(262_144)],
    ['jumps far down and up', '\u001b[99999999B\u001b[99999999Ax'.repeat(10_000)],
    ['a column far to the right', '\u001b[99999999Gx'.repeat(18_000)],
    ['blanks', ' '.repeat(262_144)],
    ['numbers', '1'.repeat(262_144)],
    ['numbers and blanks', '1 '.repeat(131_072)],
    ['lines', 'a\n'.repeat(131_072)],
    ['a screen that is cleared for ever', `${'a\n'.repeat(65_000)}${'\u001b[2J'.repeat(33_000)}`],
    ['brackets', '['.repeat(262_144)],
    ['wide lines with a border in them', 'x\u001b[1990G─x\n'.repeat(23_000)],
    ['borders between letters', `x${'─'.repeat(1_997)}x\n`.repeat(131)],
  ])('take no long time: %s', (_, output) => {
    const begun = process.hrtime.bigint();
    lastWords(output.slice(-262_144), 40);
    expect(Number(process.hrtime.bigint() - begun) / 1e6).toBeLessThan(3_000);
  });
});
