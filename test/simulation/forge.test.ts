import type { Subject } from '../forge/contract/subject.ts';
import { forgeContract } from '../forge/contract.ts';
import { simForge } from './forge.ts';
import { SimGitHub, type SimRun } from './github.ts';
import { Machine, Schedule } from './machine.ts';
import { mainRef, self } from './names.ts';

/** A process whose every call is answered at once, and well. */
class PromptMachine extends Machine {
  readonly #schedule: Schedule;

  constructor(schedule: Schedule) {
    super(schedule, 'the test', self);
    this.#schedule = schedule;
  }

  override call<T>(name: string, does: () => T | Promise<T>): Promise<T> {
    const answer = super.call(name, does);
    const call = this.#schedule.calls.at(-1);
    if (call) void this.#schedule.answer(call, 'well');
    return answer;
  }
}

async function simulated(): Promise<Subject> {
  const schedule = new Schedule();
  const github = new SimGitHub(schedule);
  github.push(mainRef, await github.commit([], 'the first'), 'lucienne');
  const end = (run: SimRun, conclusion: string) => github.setRun(run, { status: 'completed', conclusion });
  const run = (id: number): SimRun => {
    const found = github.runs.get(id);
    if (!found) throw new Error(`there is no run ${id}`);
    return found;
  };
  const others: Subject['others'] = {
    open: async (by, title, labels = []) => github.openIssue(by, title, '', labels),
    edit: async (issue, change, by) => github.update(issue, change, by),
    close: async (issue, by, reason) =>
      github.update(issue, { state: 'closed', ...(reason ? { state_reason: reason } : {}) }, by),
    reopen: async (issue, by) => github.update(issue, { state: 'open' }, by),
    remove: async (issue) => github.deleteIssue(issue, 'lucienne'),
    label: async (issue, label, by) => github.label(issue, label, by),
    unlabel: async (issue, label, by) => github.unlabel(issue, label, by),
    comment: async (issue, body, by) => github.comment(issue, body, by).id,
    react: async (comment, by) => github.react(comment, by, '+1'),
    assignees: async (issue) => github.assigned.get(issue) ?? [],
    status: async (commit, name, state, by) => github.judged.status(commit, name, state, by),
    review: async (pull, state, body, by, lines = []) => {
      const id = github.judged.review(pull, state, body, by);
      github.judged.said.set(id, lines);
      return id;
    },
    fileOf: async () => 'shed.txt',
    block: async (issue, blocker) => github.judged.block(issue, blocker),
    merge: (pull, by) => github.merge(pull, by),
    async push(branch, by) {
      const { refs } = github.remote;
      const ref = `refs/heads/${branch}`;
      const commit = await github.commit([refs.get(ref) ?? refs.get(mainRef) ?? ''], `by ${by}`);
      github.push(ref, commit, by);
      return commit;
    },
    begin: async (id) => github.setRun(run(id), { status: 'in_progress' }),
    finish: async (id) => end(run(id), 'success'),
    cancel: async (id) => github.pressCancel(run(id)),
    runAgain: async (id) => github.runAgain(run(id)),
    later: () => {
      schedule.now += 3_000;
    },
  };
  const machine = new PromptMachine(schedule);
  const forge = simForge(github, machine);
  /** A machine that hears of its run's end whenever anybody looks. */
  const look: typeof forge.run = async (id) => {
    const found = github.runs.get(id);
    if (found?.cancelAsked) end(found, 'cancelled');
    return forge.run(id);
  };
  return { forge: { ...forge, run: look }, others, stop: async () => {} };
}

forgeContract("the simulation's GitHub", simulated);
