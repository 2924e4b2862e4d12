import { describe, expect, test, vi } from 'vitest';
import { completions, scripts } from '../../src/cli/completion.ts';
import { allCommands, signalbox } from './command.ts';

// What every command says of itself.

const program = allCommands();
const commands = program.commands.flatMap((command) =>
  command.commands.length > 0
    ? command.commands.map((one) => `${command.name()} ${one.name()}`)
    : [command.name()],
);
const visible = commands.filter((name) => name !== 'complete');
/** What serves, or runs as a job does, has nothing to print for programs. */
const served = ['start', 'serve', 'mcp', 'run', 'completion'];

describe('help', () => {
  test.each(visible)('%s has an example, exit statuses, and the shape of --json', async (name) => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const { status } = await signalbox([...name.split(' '), '--help']);
    const help = written.mock.calls.join('');
    written.mockRestore();
    expect(status).toBe(0);
    expect(help).toMatch(/\nExample/);
    if (served.includes(name)) return;
    expect(help).toMatch(/Exit status: 0 /);
    expect(help).toMatch(/With --json\b.*format(: |\s+)1/s);
    expect(help).toMatch(/\n {2}--json /);
  });
});

describe('completion', () => {
  const known = async (name: string) => (name === 'ticket' ? ['MC-1', 'MC-2'] : []);
  test.each([
    [[''], ['list', 'park', 'quarantine']],
    [['pa'], ['park']],
    [['quarantine', 'a'], ['accept']],
    [
      ['park', ''],
      ['MC-1', 'MC-2'],
    ],
    [['park', '--remote', 'up', 'MC-2'], ['MC-2']],
    [['list', '--st'], ['--state']],
    [
      ['list', '--state', 'i'],
      ['inbox', 'in_progress'],
    ],
    [['list', '--remote', ''], []],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['tell', 'MC-1', 'Hel'], []],
  ])('of %j there may be %j', async (words, expected) => {
    const found = await completions(program, words, known);
    expect(found).toEqual(expected.length > 0 ? expect.arrayContaining(expected) : []);
    expect(found.every((one) => one.startsWith(words.at(-1) ?? ''))).toBe(true);
  });

  test('a name that a shell would carry out is not offered', async () => {
    const hostile = async () => ['$(touch pwned)', '`id`', 'MC-1;id', 'MC-1'];
    expect(await completions(program, ['park', ''], hostile)).toEqual(['MC-1']);
  });

  test('each shell has its script, and another has none', async () => {
    for (const shell of ['bash', 'zsh', 'fish'] as const)
      expect((await signalbox(['completion', shell])).stdout).toBe(`${scripts[shell]}\n`);
    expect((await signalbox(['completion', 'tcsh'])).status).toBe(2);
    expect((await signalbox(['complete', '--', 'quarantine', 'sh'])).stdout).toBe('show\n');
  });
});

test('serve wants credentials, and says which', async () => {
  expect(await signalbox(['serve'])).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/^credentials-missing: APP_ID/),
  });
});
