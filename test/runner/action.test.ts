import { afterEach, describe, expect, it } from 'vitest';
import { type Desk, makeDesk } from './desk.ts';
import { ownUserIsPossible } from './own-user.ts';
import { until } from './world.ts';

let desk: Desk;
afterEach(() => desk.close());

/** Searches everything an agent can read without effort for something that looks like a token or a login. */
const snoop = `
look='gh[sp]_[A-Za-z0-9]{8}|Basic [A-Za-z0-9+/]{16}'
{ pid=$$
  while [ "$pid" -gt 1 ]; do
    tr '\\0' '\\n' < /proc/$pid/environ | sed "s/^/environ: /"; tr '\\0' ' ' < /proc/$pid/cmdline | sed "s/^/argv: /"; echo
    pid=$(awk '/^PPid/ { print $2 }' /proc/$pid/status)
  done
  grep -rEI "$look" . "$HOME" | sed "s/^/file: /"
  env | sed "s/^/own: /"
} > ../seen
grep -E "$look|INPUT_TOKEN=" ../seen && echo "found something"
grep -q '^environ: PATH=' ../seen || echo "saw nothing at all"
grep -E '^own: (LUCIS_KEY|INPUT_TOKEN|INPUT_CLAIM)' ../seen
echo "$LUCIS_KEY"
echo done > work.txt
echo
echo "DONE: snooped"`;

/**
 * Looks at every process for as long as the runner's git runs beside it, tries what lies in the job's folders, and sees
 * so much of git that its look-outs are among it.
 */
const thief = `
seen=0
while [ $seen -lt 3 ]; do
  for one in /proc/[0-9]*; do
    case "$(tr '\\0' ' ' < $one/cmdline 2> /dev/null)" in *"git "*refs/heads/signalbox*)
      case " $met " in *" $one "*) ;; *) met="$met $one"; seen=$((seen + 1)) ;; esac ;;
    esac
    tr '\\0' '\\n' < $one/environ 2> /dev/null | grep -E '^GIT_CONFIG_VALUE_0=|gh[sp]_[A-Za-z0-9]{8}' && echo "found something"
  done
done
ls -d /tmp/signalbox-action-*/github > /dev/null && echo "saw the machine"
for kind in -readable -writable; do
  find /tmp/signalbox-action-* -type f \\( -name event.json -o -name 'set_*' -o -path '*.git/*' \\) $kind 2> /dev/null | grep _temp && echo "found a file"
done
echo "DONE: looked about"`;

describe('the action, in the embedded Actions', { timeout: 60_000 }, () => {
  it("runs an attempt; no token stands in the agent's environment, its parents', its files or a command line", async () => {
    desk = await makeDesk({ luci: snoop });
    const claim = await desk.claimed('MC-1', 'luci');
    const { log, conclusion } = await desk.ended(await desk.dispatch('MC-1', 1, claim));

    expect(log).toContain('DONE: snooped');
    expect(log).not.toContain('found something');
    expect(log).not.toContain('saw nothing at all');
    expect(log).not.toContain('an-api-key-of-luci'); // the profile grants it to the agent, the log masks it
    expect(log).toContain('own: LUCIS_KEY=***');
    expect(conclusion).toBe('success');
    const ticket = await desk.ticket('MC-1');
    expect(ticket).toMatchObject({ state: 'done', attempts: [{ outcome: 'done', reason: 'snooped' }] });
    expect(ticket.attempts[0]?.stopped).not.toBeNull();
    expect(await desk.git('show', 'refs/signalbox/work/MC-1/1:work.txt')).toBe('done\n');
  });

  it.skipIf(!ownUserIsPossible)(
    'keeps the token of the job and the files of the runner from an agent that looks for them all the time',
    { timeout: 180_000 }, // it reads whatever it may read on this machine
    async () => {
      desk = await makeDesk({ luci: thief });
      const claim = await desk.claimed('MC-1', 'luci');
      const { log } = await desk.ended(await desk.dispatch('MC-1', 1, claim));

      expect(log).toContain('saw the machine');
      expect(log).not.toMatch(/found (?:something|a file)/);
      expect((await desk.ticket('MC-1')).attempts).toMatchObject([
        { outcome: 'done', reason: 'looked about' },
      ]);
    },
  );

  it('S3: of two dispatches and a re-run one starts an agent', async () => {
    desk = await makeDesk({ luci: 'echo "I am started"; echo DONE: x' });
    const claim = await desk.claimed('MC-1', 'luci');
    const runs = [await desk.dispatch('MC-1', 1, claim), await desk.dispatch('MC-1', 1, claim)];
    await desk.github.actions.settled();
    const logs = await Promise.all(runs.map((run) => desk.log(run)));
    const first = (await desk.ticket('MC-1')).attempts[0]?.run?.id ?? 0;
    await desk.octokit.rest.actions.reRunWorkflow({ owner: 'acme', repo: 'desk', run_id: first });
    const rerun = await desk.ended(first);

    expect(rerun.log).toContain('not started: rerun: ');
    expect(rerun.conclusion).toBe('success');
    expect([...logs, rerun.log].join('\n').match(/not started: /g)).toHaveLength(2);
    expect((await desk.ticket('MC-1')).attempts).toHaveLength(1);
  });

  it('S4: a park stops it, by the look-out alone', async () => {
    desk = await makeDesk({ luci: 'echo half > half.txt; echo "I am started"; while :; do sleep 0.1; done' });
    const claim = await desk.claimed('MC-1', 'luci');
    const run = await desk.dispatch('MC-1', 1, claim);
    await until('the agent', async () => (await desk.log(run)).includes('I am started'));
    await desk.ask('MC-1', { kind: 'park', reason: 'not now' });
    const { log } = await desk.ended(run);

    expect(log).toContain('stopping the agent: not-mine');
    const ticket = await desk.ticket('MC-1');
    expect(ticket).toMatchObject({ state: 'waiting', attempts: [{ outcome: 'parked' }] });
    expect(ticket.attempts[0]?.stopped).not.toBeNull();
    expect(await desk.git('show', 'refs/signalbox/work/MC-1/1:half.txt')).toBe('half\n');
    expect(await desk.git('for-each-ref', 'refs/signalbox/signal')).toBe('');
  });

  it('cancelled by Actions at its true times: agent gone and work saved before the kill', async () => {
    desk = await makeDesk({
      luci: 'trap "" INT TERM; echo half > half.txt; echo "I am started"; while :; do sleep 0.1; done',
    });
    const claim = await desk.claimed('MC-1', 'luci');
    const run = await desk.dispatch('MC-1', 1, claim);
    await until('the agent', async () => (await desk.log(run)).includes('I am started'));
    await desk.octokit.rest.actions.cancelWorkflowRun({ owner: 'acme', repo: 'desk', run_id: run });
    const { log, conclusion } = await desk.ended(run);

    expect(conclusion).toBe('cancelled');
    expect(log).toContain('stopping the agent: cancelled');
    expect(desk.github.actions.processes(run)).toEqual([]);
    expect(await desk.git('show', 'refs/signalbox/work/MC-1/1:half.txt')).toBe('half\n');
    expect((await desk.ticket('MC-1')).state).toBe('in_progress'); // that somebody cancelled it GitHub tells the app
  });
});
