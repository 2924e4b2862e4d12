import type { Octokit } from '@octokit/rest';
import type { AppApi, Desk, Received } from './support.ts';
import { desk, installedApp, makeDesk, octokit, startReceiver } from './support.ts';

export interface Answer {
  method: string;
  /** As GitHub's description writes it: `/repos/{owner}/{repo}`. */
  path: string;
  status: number;
  body: unknown;
}

export interface Told {
  answers: Answer[];
  deliveries: Received[];
}

let told: Promise<Told> | undefined;

/** One run of everything that the forge serves, through Octokit and git, with all answers and all webhooks. Told once. */
export function tellEverything(): Promise<Told> {
  told ??= tell();
  return told;
}

async function tell(): Promise<Told> {
  const receiver = await startReceiver();
  const world = await makeDesk();
  const answers: Answer[] = [];
  const { github } = world;
  await github.admin.createRepository('acme/attic');
  github.admin.setPermission('acme/attic', 'lucienne', 'admin');
  const app = await installedApp(github, receiver);
  github.admin.installApp('signalbox', 'acme/attic');
  for (const api of [...Object.values(world.as), app.api, app.own]) listen(api, answers);

  await repositories(world);
  await issues(world);
  await refs(world);
  await rules(world);
  await pulls(world, app);
  await apps(world, app, answers);
  await lastThings(world);
  await github.delivered();
  return { answers, deliveries: receiver.received };
}

function listen(api: Octokit | AppApi, answers: Answer[]): void {
  api.hook.after('request', (response, options) => {
    const path = options.url.replace(/^https?:\/\/[^/]+\/api\/v3/, '');
    answers.push({ method: options.method, path, status: response.status, body: response.data });
  });
  api.hook.error('request', (error, options) => {
    if (!('response' in error) || !error.response) throw error;
    const { status, data } = error.response;
    const path = options.url.replace(/^https?:\/\/[^/]+\/api\/v3/, '');
    answers.push({ method: options.method, path, status, body: data });
    throw error;
  });
}

async function repositories({ as: { lucienne } }: Desk): Promise<void> {
  await lucienne.rest.repos.get(desk);
  await lucienne.rest.users.getAuthenticated();
  await lucienne.rest.users.getByUsername({ username: 'elmar' });
  await lucienne.rest.rateLimit.get();
  await lucienne.rest.meta.get();
  await lucienne.rest.meta.getZen();
  await lucienne.rest.repos.listCollaborators(desk);
  await lucienne.rest.repos.getCollaboratorPermissionLevel({ ...desk, username: 'elmar' });
}

async function issues({ github, as: { lucienne } }: Desk): Promise<void> {
  const { issues, reactions } = lucienne.rest;
  await issues.createLabel({ ...desk, name: 'bug', color: 'ff0000', description: 'It is broken' });
  await issues.updateLabel({ ...desk, name: 'bug', new_name: 'Bug', color: '00ff00' });
  await issues.getLabel({ ...desk, name: 'bug' });
  await issues.listLabelsForRepo(desk);
  await issues.create({
    ...desk,
    title: 'First',
    body: 'Body',
    labels: ['bug', 'park'],
    assignees: ['dora'],
  });
  const one = { ...desk, issue_number: 1 };
  await issues.get(one);
  await issues.update({ ...one, title: 'The first', body: null });
  await issues.addAssignees({ ...one, assignees: ['elmar'] });
  await issues.removeAssignees({ ...one, assignees: ['elmar'] });
  await issues.addLabels({ ...one, labels: ['hold'] });
  await issues.removeLabel({ ...one, name: 'hold' });
  await issues.setLabels({ ...one, labels: ['bug', 'release'] });
  await issues.listLabelsOnIssue(one);
  await issues.removeAllLabels(one);
  await issues.deleteLabel({ ...desk, name: 'release' });
  const { data: comment } = await issues.createComment({ ...one, body: 'Hello' });
  const its = { ...desk, comment_id: comment.id };
  await issues.getComment(its);
  await issues.updateComment({ ...its, body: 'Hello again' });
  await issues.listComments(one);
  await issues.listCommentsForRepo(desk);
  const { data: seen } = await reactions.createForIssueComment({ ...its, content: 'eyes' });
  await reactions.listForIssueComment(its);
  await reactions.deleteForIssueComment({ ...its, reaction_id: seen.id });
  const { data: liked } = await reactions.createForIssue({ ...one, content: '+1' });
  await reactions.listForIssue(one);
  await reactions.deleteForIssue({ ...one, reaction_id: liked.id });
  await issues.deleteComment(its);
  await issues.update({ ...one, state: 'closed', state_reason: 'not_planned' });
  await issues.update({ ...one, state: 'open' });
  await issues.listForRepo(desk);
  await issues.listEvents(one);
  const { data: events } = await issues.listEventsForRepo({ ...desk, per_page: 100 });
  await issues.getEvent({ ...desk, event_id: events[0]?.id ?? 0 });
  await dependencies(lucienne);
  await issues.create({ ...desk, title: 'To be deleted' });
  await issues.create({ ...desk, title: 'To be moved' });
  github.admin.deleteIssue('acme/desk', 2);
  github.admin.transferIssue('acme/desk', 3, 'acme/attic');
}

async function dependencies({ rest: { issues } }: Octokit): Promise<void> {
  const { data: blocker } = await issues.create({ ...desk, title: 'First of all' });
  const first = { ...desk, issue_number: 1 };
  const its = { ...first, issue_id: blocker.id };
  await issues.addBlockedByDependency(its);
  await issues.addBlockedByDependency(its).catch(() => {});
  await issues.listDependenciesBlockedBy(first);
  await issues.listDependenciesBlocking({ ...desk, issue_number: blocker.number });
  await issues.removeDependencyBlockedBy(its);
}

/** What is judged of a pull request and its commit. */
async function reviews(
  { as: { lucienne, dora } }: Desk,
  { api }: { api: AppApi },
  number: number,
): Promise<void> {
  const pull = { ...desk, pull_number: number };
  const { data } = await lucienne.rest.pulls.get(pull);
  const { sha } = data.head;
  const comments = [{ path: 'work.txt', line: 1, body: 'Why?' }];
  await dora.rest.pulls.createReview({ ...pull, event: 'REQUEST_CHANGES', body: 'Not yet', comments });
  await lucienne.rest.pulls.listReviewComments(pull);
  const { data: review } = await dora.rest.pulls.createReview({ ...pull, event: 'APPROVE' });
  await lucienne.rest.pulls.createReview({ ...pull, event: 'APPROVE' }).catch(() => {});
  await lucienne.rest.pulls.listReviews(pull);
  const its = { ...pull, review_id: review.id };
  await lucienne.rest.pulls.getReview(its);
  await lucienne.rest.pulls.dismissReview({ ...its, message: 'Look again' });
  const { repos } = lucienne.rest;
  await repos.createCommitStatus({ ...desk, sha, state: 'pending', context: 'ci', description: 'It runs' });
  await repos.getCombinedStatusForRef({ ...desk, ref: sha });
  await repos.listCommitStatusesForRef({ ...desk, ref: sha });
  const { checks } = api.rest;
  const { data: check } = await checks.create({ ...desk, name: 'types', head_sha: sha });
  const output = { title: 'Types', summary: 'None is wrong' };
  await checks.update({ ...desk, check_run_id: check.id, conclusion: 'success', output });
  await checks.get({ ...desk, check_run_id: check.id });
  await checks.listForRef({ ...desk, ref: sha });
}

async function refs({ github, as: { lucienne } }: Desk): Promise<void> {
  const { git, repos } = lucienne.rest;
  const first = await github.admin.commit('acme/desk', { files: { 'src/a.txt': 'a\n', 'src/b.txt': 'b\n' } });
  const second = await github.admin.commit('acme/desk', { files: { 'src/a.txt': 'A\n', 'src/b.txt': null } });
  await git.createRef({ ...desk, ref: 'refs/heads/side', sha: first });
  await git.getRef({ ...desk, ref: 'heads/side' });
  await git.listMatchingRefs({ ...desk, ref: 'heads/' });
  await git.updateRef({ ...desk, ref: 'heads/side', sha: second });
  await git.updateRef({ ...desk, ref: 'heads/side', sha: first, force: true });
  await repos.listBranches(desk);
  await repos.getBranch({ ...desk, branch: 'side' });
  await repos.listCommits(desk);
  await repos.getCommit({ ...desk, ref: second });
  await repos.compareCommitsWithBasehead({ ...desk, basehead: 'side...main' });
  await repos.getContent({ ...desk, path: 'README.md' });
  await repos.getContent({ ...desk, path: 'src' });
  await lucienne.request('GET /repos/{owner}/{repo}/contents/{path}', { ...desk, path: '' });
  await repos.listActivities({ ...desk, ref: 'side' });
  await git.deleteRef({ ...desk, ref: 'heads/side' });
}

async function rules({ as: { lucienne } }: Desk): Promise<void> {
  const { repos } = lucienne.rest;
  const { data: made } = await repos.createRepoRuleset({
    ...desk,
    name: 'Keep',
    enforcement: 'active',
    conditions: { ref_name: { include: ['refs/heads/kept'], exclude: [] } },
    rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }],
  });
  await repos.getRepoRulesets(desk);
  await repos.getRepoRuleset({ ...desk, ruleset_id: made.id });
  await repos.getBranchRules({ ...desk, branch: 'kept' });
  await repos.getBranchProtection({ ...desk, branch: 'main' }).catch(() => {});
}

async function pulls(world: Desk, app: { api: AppApi }): Promise<void> {
  const { github } = world;
  const { lucienne } = world.as;
  const { pulls, issues } = lucienne.rest;
  const work = { files: { 'work.txt': 'work\n' }, branch: 'work' };
  const main = (await lucienne.rest.git.getRef({ ...desk, ref: 'heads/main' })).data.object.sha;
  await lucienne.rest.git.createRef({ ...desk, ref: 'refs/heads/work', sha: main });
  await github.admin.commit('acme/desk', work);
  const { data: pull } = await pulls.create({
    ...desk,
    title: 'Work',
    head: 'work',
    base: 'main',
    body: 'Fixes #1',
  });
  const it = { ...desk, pull_number: pull.number };
  await issues.createComment({ ...desk, issue_number: pull.number, body: 'On a pull request' });
  await issues.addLabels({ ...desk, issue_number: pull.number, labels: ['Bug'] });
  await pulls.update({ ...it, title: 'More work' });
  await pulls.update({ ...it, state: 'closed' });
  await pulls.update({ ...it, state: 'open' });
  await github.admin.commit('acme/desk', { ...work, files: { 'work.txt': 'more\n' } });
  await pulls.list(desk);
  await pulls.get(it);
  await reviews(world, app, pull.number);
  await pulls.merge(it);
  await pulls.checkIfMerged(it);
}

async function apps(
  { github, as: { lucienne } }: Desk,
  app: { installationId: number; api: AppApi; own: AppApi },
  answers: Answer[],
): Promise<void> {
  const { rest } = app.own;
  await rest.apps.getAuthenticated();
  await lucienne.rest.apps.getBySlug({ app_slug: 'signalbox' });
  await rest.apps.listInstallations();
  await rest.apps.getInstallation({ installation_id: app.installationId });
  await rest.apps.getRepoInstallation(desk);
  const { data: narrow } = await rest.apps.createInstallationAccessToken({
    installation_id: app.installationId,
    repositories: ['desk'],
    permissions: { issues: 'read' },
  });
  await app.api.rest.apps.listReposAccessibleToInstallation();
  const narrowed = octokit(github, narrow.token);
  listen(narrowed, answers);
  await narrowed.rest.apps.revokeInstallationAccessToken();
  await rest.apps.getWebhookConfigForApp();
  await rest.apps.updateWebhookConfigForApp({ content_type: 'json' });
  await github.delivered();
  const { data: deliveries } = await rest.apps.listWebhookDeliveries();
  const its = { delivery_id: deliveries[0]?.id ?? 0 };
  await rest.apps.getWebhookDelivery(its);
  await rest.apps.redeliverWebhookDelivery(its);
}

async function lastThings({ github }: Desk): Promise<void> {
  github.admin.renameRepository('acme/attic', 'loft');
  github.admin.archiveRepository('acme/loft');
  github.admin.uninstallApp('signalbox', 'acme/loft');
  await github.delivered();
  github.admin.uninstallApp('signalbox', 'acme/desk');
}
