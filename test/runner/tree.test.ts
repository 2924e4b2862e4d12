import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeWorld, until, type World, workRefOf } from './world.ts';

let world: World;
let trap: string;
beforeEach(async () => {
  world = await makeWorld();
  trap = join(world.folder, 'sprung');
});
afterEach(() => world.close());

describe('a hostile work tree', () => {
  it('runs nothing of its hooks and configuration in our process', async () => {
    // Every place known to start a program when git works in, or fetches from, a repository. The agent's own git is
    // not run after they are set, so only ours could spring the trap.
    const spring = join(world.folder, 'spring');
    const outcome = await world.run(`
      printf '#!/bin/sh\\necho sprung by "$0 $*" >> ${trap}\\ncat\\n' > ${spring}; chmod +x ${spring}
      git commit -q --allow-empty -m mine
      mkdir -p sub && git -C sub init -q && git -C sub -c user.name=a -c user.email=a@b commit -q --allow-empty -m sub
      git update-index --add --cacheinfo 160000,$(git -C sub rev-parse HEAD),sub && git commit -q -m link
      for config in .git/config sub/.git/config; do
        cat >> $config <<END
[core]
  fsmonitor = ${spring}
  hooksPath = ${world.folder}
  sshCommand = ${spring}
  editor = ${spring}
  pager = ${spring}
  alternateRefsCommand = ${spring}
  gitProxy = ${spring}
[filter "evil"]
  clean = ${spring}
  smudge = ${spring}
  process = ${spring}
  required = true
[diff "evil"]
  textconv = ${spring}
[uploadpack]
  packObjectsHook = ${spring}
  allowFilter = true
[remote "evil"]
  url = ext::${spring}
  uploadpack = ${spring}
  promisor = true
[extensions]
  partialClone = evil
[protocol]
  allow = always
[url "ext::${spring} "]
  insteadOf = ${world.code}
END
      done
      echo '* filter=evil diff=evil' > .gitattributes
      for hook in pre-push post-checkout reference-transaction post-index-change fsmonitor-watchman pre-commit; do
        cp ${spring} .git/hooks/$hook 2>/dev/null || { mkdir -p .git/hooks; cp ${spring} .git/hooks/$hook; }
        cp ${spring} ${world.folder}/$hook
      done
      echo mine > work.txt; echo changed > sub/file
      rm -f ${trap}
      echo DONE: planted`);

    expect(outcome).toMatchObject({ outcome: 'done' });
    expect(existsSync(trap)).toBe(false);
    expect(await world.kept('work.txt')).toBe('mine\n');
    expect(await world.git('log', '-3', '--format=%s', workRefOf())).toContain('link\nmine');
  });

  it('keeps the files where the repository inside is beyond reading', async () => {
    await world.run('echo kept > kept.txt; rm -rf .git; echo garbage > .git; echo DONE: x');
    expect(await world.kept('kept.txt')).toBe('kept\n');
  });

  it('keeps files in the place of a submodule, and a repository made inside', async () => {
    await world.run(`
      git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),dep && git commit -qm link
      git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),lib && git commit -qm link
      mkdir dep && echo in > dep/file; git init -q empty; echo kept > kept.txt; mkfifo pipe; echo DONE: x`);
    const listed = await world.git('ls-tree', '-r', workRefOf());
    expect(listed).toContain('\tdep/file');
    expect(listed).toMatch(/160000 commit [0-9a-f]+\tlib/);
    expect(listed).toContain('\tkept.txt');
  });

  it('S6: keeps the work where the server takes no change of a workflow from a job', async () => {
    // What GitHub says of such a push, from a hook of the server.
    mkdirSync(join(world.code, 'hooks'), { recursive: true });
    writeFileSync(
      join(world.code, 'hooks', 'pre-receive'),
      `#!/bin/sh
      while read old new ref; do
        [ -z "$(git log --format=%H $new --not --all -- .github/workflows)" ] || {
          echo "refusing to allow a GitHub App to create or update workflow without workflows permission" >&2; exit 1; }
      done`,
      { mode: 0o755 },
    );
    await world.run(`mkdir -p .github/workflows; echo evil > .github/workflows/ci.yml; git add .; git commit -qm ci
      echo good > good.txt; echo DONE: x`);

    expect(await world.kept('good.txt')).toBe('good\n');
    expect(await world.kept('.github/workflows/ci.yml')).toBeNull();
    expect(await world.kept('.signalbox/set-aside/.github/workflows/ci.yml')).toBe('evil\n');
  });

  it('takes no other refusal for that of a workflow', async () => {
    mkdirSync(join(world.code, 'hooks'), { recursive: true });
    const script = '#!/bin/sh\necho tried >> tries; echo "see our workflow for large files" >&2; exit 1\n';
    writeFileSync(join(world.code, 'hooks', 'pre-receive'), script, { mode: 0o755 });
    await world.run('echo good > good.txt; echo DONE: x');

    expect(readFileSync(join(world.code, 'tries'), 'utf8')).toBe('tried\n');
    expect(world.ticket().attempts[0]?.reason).toContain('see our workflow for large files');
  });

  it('S6: keeps everything where a file has not the encoding that the attributes claim', async () => {
    const outcome = await world.run(`
      printf '*.ps1 text working-tree-encoding=UTF-16\\n' > .gitattributes; echo hello > a.ps1; echo kept > kept.txt; echo DONE: x`);

    expect(outcome).toMatchObject({ outcome: 'done' });
    expect(await world.kept('kept.txt')).toBe('kept\n');
    expect(await world.kept('a.ps1')).toBe('hello\n');
  });

  it('S6: keeps the work where the folder of the signal file became a link', async () => {
    await world.run(
      'mkdir else; rm -r .signalbox; ln -s else .signalbox; echo kept > kept.txt; echo DONE: x',
    );
    expect(await world.kept('kept.txt')).toBe('kept\n');
  });

  it('says so where the work cannot be read at all', async () => {
    const outcome = await world.run('cd /; rm -rf "$OLDPWD"; echo DONE: x');

    expect(outcome).toMatchObject({ outcome: 'failed' });
    expect(world.ticket().attempts[0]?.reason).toContain('The work could not be saved: git add: ');
  });

  it.each([
    [
      'a link',
      'echo "kind: done" > ../ours; echo "summary: stolen" >> ../ours; ln -s "$PWD/../ours" "$SIGNALBOX_SIGNAL_FILE"',
    ],
    ['a pipe', 'mkfifo "$SIGNALBOX_SIGNAL_FILE"'],
    [
      'a folder that is a link',
      'mkdir ../else; printf "kind: done\\nsummary: x\\n" > ../else/signal.yaml; rm -r .signalbox; ln -s ../else .signalbox',
    ],
    ['no YAML', 'echo "{{{" > "$SIGNALBOX_SIGNAL_FILE"'],
    ['for another ticket', 'printf "kind: done\\nsummary: x\\nticket: MC-9\\n" > "$SIGNALBOX_SIGNAL_FILE"'],
    ['with an unknown field', 'printf "kind: done\\nsummary: x\\nstate: done\\n" > "$SIGNALBOX_SIGNAL_FILE"'],
  ])('takes no verdict from a signal file that is %s', async (_what, make) => {
    expect(await world.run(make)).toMatchObject({ outcome: 'lost' });
  });

  it('takes a command to Actions in what an agent prints for text', async () => {
    await world.run(
      String.raw`echo "::add-path::/evil"; echo "x ##[add-path]/evil"; printf 'x\r::add-path::/evil\n\302\205\342\200\250::add-path::/evil\r\033[2K\033]0;/evil\a::add-path::/evil\nDONE: x\r::stop-commands::/evil\n'`,
    );
    for (const line of world.log) {
      expect(line).not.toMatch(/^[\s\u0085]*::|##\[/);
      expect(line).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
    }
    await until('all lines', () => world.log.filter((line) => line.includes('/evil')).length >= 6);
    expect(world.log.filter((line) => /^:/.test(line))).toEqual([]); // an agent's line is always seen to be one
  });
});
