import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { type Person, type Subject, workflow } from './contract/subject.ts';
import { forgeContract } from './contract.ts';
import { EmbeddedWorld } from './embedded.ts';

const desk = { owner: 'acme', repo: 'desk' };

const reviewEvents = {
  approved: 'APPROVE',
  changes_requested: 'REQUEST_CHANGES',
  commented: 'COMMENT',
} as const;

/** A run goes on until a file of its number lies in `folder`. */
const waiting = (folder: string) => `name: signalbox
run-name: "\${{ inputs.ticket }} #\${{ inputs.attempt }} \${{ inputs.phase }}"
on:
  workflow_dispatch:
    inputs:
      ticket: { required: true, type: string }
      attempt: { required: true, type: string }
      phase: { required: true, type: string }
jobs:
  work:
    runs-on: ubuntu-latest
    steps:
      - run: until [ -e "${folder}/$GITHUB_RUN_ID" ]; do sleep 0.05; done
`;

/** The real forge over HTTP, and the others by their own tokens; what has no route they do in the browser. */
async function overHttp(): Promise<Subject> {
  const world = new EmbeddedWorld();
  const finished = mkdtempSync(join(tmpdir(), 'signalbox-finished-'));
  await world.start();
  const { admin, actions, api } = world.github;
  const tokens: Record<Person, string> = {
    ...world.tokens,
    wilma: admin.createUser('wilma'),
    visitor: admin.createUser('visitor'),
  };
  admin.setPermission('acme/desk', 'wilma', 'write');
  admin.setPermission('acme/desk', 'visitor', 'read');
  const files = { [`.github/workflows/${workflow}`]: waiting(finished) };
  await admin.commit('acme/desk', { files, by: 'lucienne' });
  actions.holdRuns();

  const as = (by: Person) => new Octokit({ baseUrl: api, auth: tokens[by] }).rest;
  const at = (issue: number) => ({ ...desk, issue_number: issue });
  let pushed = 0;
  const others: Subject['others'] = {
    open: async (by, title, labels = []) =>
      (await as(by).issues.create({ ...desk, title, labels: [...labels] })).data.number,
    edit: async (issue, change, by) => void (await as(by).issues.update({ ...at(issue), ...change })),
    close: async (issue, by, reason) =>
      void (await as(by).issues.update({
        ...at(issue),
        state: 'closed',
        ...(reason ? { state_reason: reason } : {}),
      })),
    reopen: async (issue, by) => void (await as(by).issues.update({ ...at(issue), state: 'open' })),
    remove: async (issue) => admin.deleteIssue('acme/desk', issue, 'lucienne'),
    label: async (issue, label, by) =>
      void (await as(by).issues.addLabels({ ...at(issue), labels: [label] })),
    unlabel: async (issue, label, by) =>
      void (await as(by).issues.removeLabel({ ...at(issue), name: label })),
    comment: async (issue, body, by) => (await as(by).issues.createComment({ ...at(issue), body })).data.id,
    react: async (comment, by) =>
      void (await as(by).reactions.createForIssueComment({ ...desk, comment_id: comment, content: '+1' })),
    assignees: async (issue) =>
      ((await as('elmar').issues.get(at(issue))).data.assignees ?? []).map(({ login }) => login),
    status: async (sha, context, state, by) =>
      void (await as(by).repos.createCommitStatus({ ...desk, sha, context, state })),
    review: async (pull, verdict, body, by, lines = []) => {
      const event = reviewEvents[verdict];
      const comments = lines.map(({ path, line, text }) => ({ path, line, body: text }));
      const wish = { ...desk, pull_number: pull, event, body, comments };
      return (await as(by).pulls.createReview(wish)).data.id;
    },
    fileOf: async (pull) => {
      const { data } = await as('lucienne').pulls.get({ ...desk, pull_number: pull });
      const file = { branch: data.head.ref, files: { 'shed.txt': 'one\ntwo\nthree\n' }, by: 'lucienne' };
      await admin.commit('acme/desk', file);
      return 'shed.txt';
    },
    block: async (issue, blocker, by) => {
      const { id } = (await as(by).issues.get(at(blocker))).data;
      await as(by).issues.addBlockedByDependency({ ...at(issue), issue_id: id });
    },
    merge: async (pull, by) => void (await as(by).pulls.merge({ ...desk, pull_number: pull })),
    async push(branch, by) {
      if ((await world.forge.ref(branch)) === null) {
        const sha = (await world.forge.ref('main')) ?? '';
        await as('lucienne').git.createRef({ ...desk, ref: `refs/heads/${branch}`, sha });
      }
      return admin.commit('acme/desk', { files: { [`work/${++pushed}`]: branch }, branch, by });
    },
    begin: async (run) => actions.releaseRuns(run),
    finish: async (run) => writeFileSync(join(finished, String(run)), ''),
    cancel: async (run, by) => void (await as(by).actions.cancelWorkflowRun({ ...desk, run_id: run })),
    runAgain: async (run, by) => void (await as(by).actions.reRunWorkflow({ ...desk, run_id: run })),
    later: () => world.pass(3_000),
  };
  const stop = async () => {
    await world.stop();
    rmSync(finished, { recursive: true, force: true });
  };
  return { forge: world.forge, others, stop };
}

forgeContract('the forge over REST', overHttp);
