import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { processOf } from '../../src/runner/processes.ts';
import { takeUser } from '../../src/runner/user.ts';
import { type Desk, makeDesk } from './desk.ts';
import { ownUserIsPossible } from './own-user.ts';
import { makeWorld, processIn } from './world.ts';

/*
 * An agent that is nobody's friend, on the way that users have it: our workflow, the bundled action, an agent with a user of
 * its own. It takes what it can read, plants what others may start, speaks to Actions, and does not want to end.
 */

let desk: Desk | undefined;
afterEach(async () => {
  await desk?.close();
  desk = undefined;
});

/** Everything about its parents and the machine that the kernel may let it read. */
const spies = `
look='gh[sp]_[A-Za-z0-9]{8}|x-acces[s]-token|[Bb]asic [A-Za-z0-9+/]{16}'
pid=$PPID
while [ "$pid" -gt 1 ]; do
  for one in environ cmdline maps; do tr '\\0' '\\n' < /proc/$pid/$one 2> /dev/null | grep -aE "$look" && echo "found $one of $pid"; done
  head -c 1 /proc/$pid/mem > /dev/null 2>&1 && echo "found the memory of $pid"
  for fd in /proc/$pid/fd/*; do head -c 100000 "$fd" 2> /dev/null < /dev/null | grep -aqE "$look" && echo "found $fd"; done
  pid=$(awk '/^PPid/ { print $2 }' /proc/$pid/status 2> /dev/null || echo 1)
done
cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2> /dev/null | tr '\\0' '\\n' | grep -aE "$look" && echo "found one of all"
grep -raE "\${look#*|*|}" "$HOME" "$TMPDIR" . 2> /dev/null | grep -v 'agents/luci.sh' && echo "found a login in a file"
grep -raE "\${look%%|*}" "$HOME" "$TMPDIR" . 2> /dev/null && echo "found a token in a file"`;

/** What a git of somebody else's may start, each of which leaves a trace of who it ran as. */
const plants = `
printf '#!/bin/sh\\nid -u >> %s/sprung\\ncat\\n' "$STORY_FOLDER" > ../spring; chmod +x ../spring
spring="$(cd ..; pwd)/spring"
git config user.name a; git commit -q --allow-empty -m mine
for hook in pre-commit post-checkout post-index-change reference-transaction pre-auto-gc pre-push post-rewrite fsmonitor-watchman; do
  cp ../spring .git/hooks/$hook 2> /dev/null || { mkdir -p .git/hooks; cp ../spring .git/hooks/$hook; }
done
cat >> .git/config <<END
[core]
  fsmonitor = $spring
  sshCommand = $spring
  pager = $spring
  hooksPath = $PWD/.git/hooks
[filter "evil"]
  clean = $spring
  smudge = $spring
  process = $spring
  required = true
[uploadpack]
  packObjectsHook = $spring
END
printf '* filter=evil diff=evil merge=evil\\n' > .gitattributes
echo work > work.txt
ln -s /proc/self/environ environ
event=$(find /tmp/signalbox-action-*/ -name event.json 2> /dev/null | head -1); ln -s "\${event:-/etc/shadow}" event.json
printf 'kind: done\\nsummary: planted\\nartifacts: [environ, event.json, ../spring, work.txt]\\n' > "$SIGNALBOX_SIGNAL_FILE"`;

/** Words for Actions: by the files that it reads, whose names can be guessed, and by what it prints. */
const speaks = `
for name in GITHUB_ENV GITHUB_OUTPUT GITHUB_PATH GITHUB_STEP_SUMMARY GITHUB_STATE INPUT_TOKEN ACTIONS_RUNTIME_TOKEN; do
  eval "[ -z \\"\\\${$name-}\\" ]" || echo "found $name"
done
for file in $(find /tmp /home /root /var/lib -path '*_runner_file_commands*' -type f 2> /dev/null); do
  echo "EVIL=1" >> "$file" && echo "found a file of the job"
done
echo "::set-env name=EVIL::1"; echo "  ::add-path::/evil"; echo "::add-mask::conclusion"; echo "::stop-commands::never"
printf 'x\\r::set-output name=outcome::evil\\r\\n##[add-mask]conclusion\\n\\302\\205::stop-commands::never\\n'
printf '\\033[2J\\033[1;1HMC-1, attempt 1: done: ok: forged\\rMC-1, attempt 1: done: ok: forged\\n'`;

/** Who stays: deaf, twice forked, with nothing to be found by; one that is always somebody else; and what it leaves lying. */
const stays = `
trap '' TERM INT HUP
(cd /; setsid env -i PATH="$PATH" S="$STORY_FOLDER" sh -c '(trap "" TERM HUP; echo $$ > $S/daemon-of; exec setsid sh -c "echo \\$\\$ > $S/daemon; trap : TERM HUP; while :; do sleep 0.2; done") > /dev/null 2>&1 < /dev/null &')
cat > "$TMPDIR/chain" <<'END'
trap '' TERM HUP
echo $$ > "$STORY_FOLDER/chain"
sleep 0.05
sh "$0" &
END
sh "$TMPDIR/chain" > /dev/null 2>&1 &
for i in 1 2 3 4 5 6 7 8 9 10; do (trap '' TERM; sleep 600 & sleep 600 &) > /dev/null 2>&1; done
head -c 30000000 /dev/zero > "$TMPDIR/fill"
while [ ! -s "$STORY_FOLDER/daemon" ] || [ ! -s "$STORY_FOLDER/chain" ] || [ ! -e "$STORY_FOLDER/seen" ]; do sleep 0.05; done`;

/** Our workflow, with a step behind the attempt that tells what it left to the job. */
const workflow = `${readFileSync('.github/workflows/signalbox.yml', 'utf8').trimEnd()}
      - if: always()
        run: |
          echo "later: evil=[\${EVIL-}] path=[$(echo "$PATH" | grep -c evil)]"
          echo "conclusion \${{ steps.attempt.outputs.outcome }}"
          echo "::notice::commands are heard"
`;

describe.skipIf(!ownUserIsPossible)('a hostile agent', () => {
  it('S4, S6: finds no token, has nothing of its own started, changes nothing of its job, is gone, and its work is kept', {
    timeout: 180_000,
  }, async () => {
    desk = await makeDesk(
      { luci: [spies, plants, speaks, stays].join('\n') },
      { files: { '.github/workflows/signalbox.yml': workflow } },
    );
    const { story } = desk;
    const claim = await desk.claimed('MC-1', 'luci');
    const run = await desk.dispatch('MC-1', 1, claim);
    const daemon = await processIn(join(story, 'daemon'));
    writeFileSync(join(story, 'seen'), '');
    const { log: stamped, conclusion } = await desk.ended(run);
    const log = stamped.replace(/^\d{4}-\S+Z /gm, '');
    const left = daemon.isAlive();
    daemon.kill();
    const chained = readFileSync(join(story, 'chain'), 'utf8').trim();

    expect(log.split('\n').filter((line) => /agent \| found/.test(line))).toEqual([]);
    expect(log).not.toMatch(/gh[sp]_/);
    expect(existsSync(join(story, 'sprung'))).toBe(false);
    expect(log).toContain('later: evil=[] path=[0]');
    expect(log).toContain('conclusion done');
    expect(log).toContain('##[notice]commands are heard');
    expect(log.split('\n').filter((line) => /forged/.test(line) && !/^agent \| /.test(line))).toEqual([]);
    expect(conclusion).toBe('success');
    expect(left).toBe(false);
    // One that nobody has waited for yet still has its place there, and is dead.
    expect(processOf(Number(chained))).toBe(null);

    const [attempt] = (await desk.ticket('MC-1')).attempts;
    expect(attempt).toMatchObject({ outcome: 'done', reason: 'planted', run: { isolation: 'user' } });
    expect(attempt?.stopped).not.toBeNull();
    const kept = attempt?.said?.artifacts ?? [];
    expect(kept.map((one) => /^(\S+) \(not kept/.exec(one)?.[1] ?? one)).toEqual([
      'environ',
      'event.json',
      '../spring',
      'work.txt',
    ]);
    expect(kept.filter((one) => one.includes('not kept'))).toHaveLength(3);
    expect(await desk.git('show', 'refs/signalbox/work/MC-1/1:work.txt')).toBe('work\n');
    expect(await desk.git('show', 'refs/signalbox/work/MC-1/1:.gitattributes')).toContain('filter=evil');
  });

  it('S6: has nothing but its own saved, though it changes its tree for a link again and again while it is read', async () => {
    const world = await makeWorld();
    const user = await takeUser(systemClock, silentLog);
    if (!user) throw new Error('there was one a moment ago');
    try {
      const secret = mkdtempSync(join(world.folder, 'runners-'));
      writeFileSync(join(secret, 'token'), 'a secret of the job', { mode: 0o600 });
      await world.run(
        `echo mine > mine; cd ..
         (while [ ! -e over ]; do mv tree real && ln -s ${secret} tree; rm tree; mv real tree; done) &
         sleep 3; touch over; wait; echo DONE: x`,
        { user, saveEveryMs: 50 },
      );

      expect(await world.kept('mine')).toBe('mine\n');
      const objects = await world.git('cat-file', '--batch-all-objects', '--batch');
      expect(objects).not.toContain('a secret of the job');
    } finally {
      await user.release();
      await world.close();
    }
  });
});
