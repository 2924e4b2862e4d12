import { ProbotOctokit } from 'probot';
import { formHeadings } from '../../src/ticket/issue-form.ts';
import type { World } from './world.ts';

/*
 * More of what people do on issues and in Actions, and how a story sees what came of it.
 */

type Login = Parameters<World['as']>[0];
type Closing = 'completed' | 'not_planned';

const at = { owner: 'acme', repo: 'desk' };

export async function unlabel(
  desk: World,
  issue: number,
  label: string,
  login: Login = 'lucienne',
): Promise<void> {
  await desk.as(login).rest.issues.removeLabel({ ...at, issue_number: issue, name: label });
}

export async function editIssue(
  desk: World,
  issue: number,
  change: { title?: string; body?: string },
  login: Login = 'lucienne',
): Promise<void> {
  await desk.as(login).rest.issues.update({ ...at, issue_number: issue, ...change });
}

export async function closeIssue(
  desk: World,
  issue: number,
  reason: Closing,
  login: Login = 'lucienne',
): Promise<void> {
  await desk
    .as(login)
    .rest.issues.update({ ...at, issue_number: issue, state: 'closed', state_reason: reason });
}

export async function reopenIssue(desk: World, issue: number, login: Login = 'lucienne'): Promise<void> {
  await desk.as(login).rest.issues.update({ ...at, issue_number: issue, state: 'open' });
}

/** `open`, or how it was closed. */
export async function standingOf(desk: World, issue: number): Promise<string> {
  const { data } = await desk.as('lucienne').rest.issues.get({ ...at, issue_number: issue });
  return data.state === 'open' ? 'open' : (data.state_reason ?? 'closed');
}

/** Reactions on a comment: `signalbox[bot] -1`. */
export async function reactions(desk: World, comment: number): Promise<string[]> {
  const { data } = await desk
    .as('lucienne')
    .rest.reactions.listForIssueComment({ ...at, comment_id: comment, per_page: 100 });
  return data.map(({ user, content }) => `${user?.login} ${content}`);
}

/** Comments on an issue by the app whose hidden marker is of this kind: `status`, `evidence`, `refused`. */
export async function told(desk: World, issue: number, kind: string): Promise<string[]> {
  const all = await desk.comments(issue);
  return all.filter((body) => body.startsWith(`<!-- signalbox:${kind}`));
}

/** A person presses Cancel on the run of an attempt (`MC-1 #1`). */
export async function pressCancel(desk: World, title: string, login: Login = 'wilma'): Promise<void> {
  const [run] = await desk.runs(title);
  if (!run) throw new Error(`there is no run ${title}`);
  await desk.as(login).rest.actions.cancelWorkflowRun({ ...at, run_id: run.id });
}

/** GitHub sends a delivery again, with the GUID of the first: somebody pressed Redeliver, or a script did. */
export async function redeliver(
  desk: World,
  which: (delivery: ReturnType<World['github']['admin']['deliveries']>[number]) => boolean,
): Promise<void> {
  const { APP_ID, PRIVATE_KEY } = desk.appEnvironment;
  const auth = { appId: Number(APP_ID), privateKey: PRIVATE_KEY };
  const app = new ProbotOctokit({ baseUrl: desk.github.api, auth, throttle: { enabled: false } });
  const rows = desk.github.admin.deliveries('signalbox').filter(which);
  if (rows.length === 0) throw new Error('there was no such delivery');
  for (const { id } of rows) await app.rest.apps.redeliverWebhookDelivery({ delivery_id: id });
  await desk.github.delivered();
}

/** Somebody edits a file of the state branch and pushes it. */
export async function editFile(
  desk: World,
  path: string,
  edit: (text: string) => string,
  login: Login = 'wilma',
): Promise<void> {
  await desk.pushState({ [path]: edit }, login);
}

/** The body that GitHub makes of the ticket form; a field that was left empty reads `_No response_`. */
export function filledForm({ what = '', owner = '', priority = 'normal' }): string {
  const fields = [
    [formHeadings.what, what],
    [formHeadings.owner, owner],
    [formHeadings.priority, priority],
  ];
  return fields.map(([heading, text]) => `### ${heading}\n\n${text || '_No response_'}`).join('\n\n');
}
