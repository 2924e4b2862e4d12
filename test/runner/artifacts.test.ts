import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { git } from '../../src/base/git.ts';
import { makeArtifacts } from '../../src/runner/artifacts.ts';
import { makeTooled, type Tooled } from './tooled.ts';
import { type World, workRefOf } from './world.ts';

vi.setConfig({ testTimeout: 60_000 });

let tooled: Tooled;
let world: World;
let folder: string;
beforeEach(async () => {
  tooled = await makeTooled();
  ({ world, folder } = tooled);
});
afterEach(() => world.close());
const run: Tooled['run'] = (...given) => tooled.run(...given);
const answers = () => tooled.answers();

const done = { tool: 'report_done', input: { summary: 'The rake is back.' } } as const;

describe('artifacts', () => {
  it('S6: files are kept beside the work, ignored ones too, and are no part of what is shown', async () => {
    await run([
      {
        run: 'echo out > .gitignore; mkdir out; echo "<b>" > out/report.html; echo x > "a b"; git add -A; git commit -qm x',
      },
      { tool: 'attach_artifact', input: { path: './out/report.html' } },
      { tool: 'report_done', input: { summary: 'x', artifacts: ['a b', 'https://example.com/', 'nowhere'] } },
    ]);
    expect(answers()[0]).toMatchObject({ status: 'ok', path: 'out/report.html' });
    const [attempt] = world.ticket().attempts;
    expect(attempt?.said?.artifacts).toEqual([
      'a b',
      'https://example.com/',
      expect.stringMatching(/^nowhere \(not kept: .*there is no such file\)$/),
      'out/report.html',
    ]);
    expect(await world.kept('.signalbox/artifacts/out/report.html')).toBe('<b>\n');
    expect(await world.kept('.signalbox/artifacts/a b')).toBe('x\n');
    expect((await world.git('rev-parse', `${workRefOf()}^`)).trim()).toBe(attempt?.work);
    expect(await world.git('ls-tree', '-r', '--name-only', attempt?.work ?? '')).not.toContain('artifacts');
  });

  it('nothing is read through a link, from outside the tree, or that is no plain file', async () => {
    writeFileSync(join(world.folder, 'secret'), 'of the runner');
    symlinkSync(world.folder, join(folder, 'link'));
    const outside = join(world.folder, 'secret');
    const paths = [
      'link',
      'there/secret',
      '../../../secret',
      outside,
      '.',
      'pipe',
      '.git/config',
      'large',
      'nul\u0000',
    ];
    await run([
      { run: `ln -s ${outside} link; ln -s ${world.folder} there; mkfifo pipe; truncate -s 21M large` },
      ...paths.map((path) => ({ tool: 'attach_artifact', input: { path } }) as const),
      done,
    ]);
    const told = answers().slice(0, paths.length);
    expect(told.map(({ status, code }) => `${status} ${code}`)).toEqual(
      paths.map(() => 'error bad-artifact'),
    );
    expect(await world.git('log', '--all', '-p', '--format=%s')).not.toContain('of the runner');
    expect(world.ticket().state).toBe('done');
  });

  it('those that were attached are kept also where the verdict is printed', async () => {
    await run([
      { run: 'echo x > seen.log' },
      { tool: 'attach_artifact', input: { path: 'seen.log' } },
      { print: '\nREVIEW: see the log' },
    ]);
    expect(world.ticket()).toMatchObject({
      state: 'review',
      attempts: [{ said: { artifacts: ['seen.log'] } }],
    });
    expect(await world.kept('.signalbox/artifacts/seen.log')).toBe('x\n');
  });

  it('one whose name git takes for its own is refused, and harms no save', async () => {
    await run([
      { run: 'echo x > "git~1"' },
      { tool: 'attach_artifact', input: { path: 'git~1' } },
      { run: 'echo y > y; git add y; git commit -qm y' },
      done,
    ]);
    expect(answers()).toMatchObject([{ code: 'bad-artifact' }, { status: 'accepted' }]);
  });

  it('however many are asked for at once, so many are kept', async () => {
    const tree = join(folder, 'tree');
    const bare = join(folder, 'bare');
    mkdirSync(tree);
    await git(['init', '--quiet', '--bare', bare], { cwd: folder });
    const kept: string[] = [];
    const artifacts = makeArtifacts({ tree, bare }, (path) => kept.push(path));
    for (let at = 0; at < 52; at++) writeFileSync(join(tree, `${at}`), `${at}`);
    await Promise.allSettled(Array.from({ length: 52 }, (_, at) => artifacts.attach(`${at}`)));
    expect(kept).toHaveLength(50);
  });
});
