import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { type Clock, isoSeconds, systemClock } from '../../src/base/clock.ts';
import { git } from '../../src/base/git.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { makeHandler, type Writer } from '../../src/engine/handle.ts';
import { makeActions } from '../../src/local/actions/service.ts';
import { type LocalGitHub, startLocalGitHub } from '../../src/local/server.ts';
import { openGitStore } from '../../src/store/git-store.ts';
import { config as configSchema } from '../../src/ticket/config.ts';
import type { Decision } from '../../src/ticket/decision.ts';
import type { Ticket } from '../../src/ticket/format.ts';
import type { Request } from '../../src/ticket/requests.ts';
import { bundleText, toolProgram } from '../support/tool-agent.ts';

const where = { owner: 'acme', repo: 'desk' };

/** The runner as users have it: our workflow and the bundled action, run by the embedded Actions; no app. */
export interface Desk {
  github: LocalGitHub;
  octokit: Octokit;
  folder: string;
  /** Where agents and the story tell each other. */
  story: string;
  /** A ticket that the scheduler has just claimed, with its claim. */
  claimed(id: string, agent: string): Promise<string>;
  /** A request decided on the real state branch. */
  ask(id: string, request: Partial<Request> & { kind: Request['kind'] }): Promise<Decision>;
  dispatch(id: string, attempt: number, claim: string): Promise<number>;
  ended(run: number): Promise<{ conclusion: string | null; log: string }>;
  log(run: number): Promise<string>;
  ticket(id: string): Promise<Ticket>;
  /** Runs git in the server's own repository. */
  git(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

/** What a desk has beyond its agents. */
interface DeskOptions {
  /** Scales Actions' time from SIGINT to the kill. */
  cancelScale?: number;
  limits?: Record<string, number>;
  /** What GitHub and Actions take for the time. */
  clock?: Clock;
  /** Further files on the default branch. */
  files?: Record<string, string>;
  /** What else the job's steps have in their environment. */
  environment?: Record<string, string>;
}

/** `agents`: name to a shell script, or to a profile. */
export async function makeDesk(
  agents: Record<string, string | object>,
  {
    cancelScale = 1,
    limits: others = {},
    files = {},
    environment = {},
    clock = systemClock,
  }: DeskOptions = {},
): Promise<Desk> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-action-')));
  chmodSync(folder, 0o755); // as on a machine of Actions: what keeps others out is further inside
  const story = join(folder, 'story');
  mkdirSync(story);
  chmodSync(story, 0o777);
  const github = await startLocalGitHub({
    dataFolder: join(folder, 'github'),
    clock,
    random: systemRandom,
    log: silentLog,
    actions: (host) =>
      makeActions(host, {
        cancelScale,
        runnerEnvironment: { LUCIS_KEY: 'an-api-key-of-luci', STORY_FOLDER: story, ...environment },
      }),
  });
  await github.admin.createRepository('acme/desk');
  const token = github.admin.createUser('lucienne');
  github.admin.setPermission('acme/desk', 'lucienne', 'admin');
  const profiles = Object.fromEntries(
    Object.entries(agents).map(([name, agent]) => {
      const variables = ['LUCIS_KEY', 'STORY_FOLDER', 'INPUT_TOKEN', 'INPUT_CLAIM'];
      const script = { command: ['sh', `agents/${name}.sh`], environment: variables };
      return [name, typeof agent === 'string' ? script : agent];
    }),
  );
  const limits = { look_seconds: 0.3, kill_after_seconds: 0.5, unreadable_seconds: 60, ...others };
  const config = configSchema.parse({ format: 1, agents: profiles, limits });
  const action = '.github/actions/signalbox';
  const copied = [`${action}/action.yml`, `${action}/package.json`, '.github/workflows/signalbox.yml'];
  await github.admin.commit('acme/desk', {
    by: 'lucienne',
    files: {
      'README.md': '# Desk\n',
      ...Object.fromEntries(
        Object.entries(agents).flatMap(([name, text]) =>
          typeof text === 'string' ? [[`agents/${name}.sh`, text]] : [],
        ),
      ),
      ...Object.fromEntries(copied.map((path) => [path, readFileSync(path, 'utf8')])),
      [`${action}/index.js`]: await bundleText('src/action.ts', 'cjs'),
      [`${action}/mcp.js`]: await toolProgram(),
      ...files,
      '.github/signalbox.yml': JSON.stringify({ format: 1, agents: profiles, limits }),
    },
  });
  const octokit = new Octokit({ baseUrl: github.api, auth: token });
  const store = await openGitStore({
    folder: join(folder, 'mirror.git'),
    remote: `${github.url}/acme/desk.git`,
    branch: 'signalbox',
    token: async () => token,
    author: { name: 'app', email: 'app@example.invalid' },
    clock,
    random: systemRandom,
    log: silentLog,
  });
  const handler: Writer = makeHandler({
    store,
    config: async () => config,
    now: () => clock.now(),
    clock,
    log: silentLog,
    judge: async () => {
      throw new Error('nobody pushes here but Signalbox');
    },
  });
  let asked = 1;
  const ask: Desk['ask'] = (id, request) =>
    handler.handle(id, {
      source: `t${asked++}`,
      at: isoSeconds(clock.now()),
      actor: 'elmar',
      ...request,
    } as Request);
  const logOf = async (run: number) => {
    const { data } = await octokit.rest.actions.listJobsForWorkflowRun({ ...where, run_id: run });
    return data.jobs.map((job) => github.actions.log(job.id)).join('\n');
  };

  return {
    github,
    octokit,
    folder,
    story,
    ask,
    log: logOf,
    async claimed(id, agent) {
      const source = { issue: null, title: `Work of ${id}`, body: 'Do it.', owner: agent, mirrored: null };
      await ask(id, { kind: 'create', id, ...source, park: null, hold: false, answered: {} });
      await ask(id, { kind: 'release', source: `e${asked}` });
      const claim = systemRandom.hex(8);
      const decision = await ask(id, { kind: 'claim', claim });
      if (!decision.accepted) throw new Error(decision.message);
      return claim;
    },
    async dispatch(id, attempt, claim) {
      const inputs = { ticket: id, attempt: String(attempt), claim, phase: 'dev' };
      const { data } = await octokit.rest.actions.createWorkflowDispatch({
        ...where,
        workflow_id: 'signalbox.yml',
        ref: 'main',
        inputs,
        return_run_details: true,
      });
      return (data as unknown as { workflow_run_id: number }).workflow_run_id; // newer than Octokit's types
    },
    async ended(run) {
      await github.actions.settled();
      const { data } = await octokit.rest.actions.getWorkflowRun({ ...where, run_id: run });
      return { conclusion: data.conclusion, log: await logOf(run) };
    },
    async ticket(id) {
      const snapshot = await store.read({ fresh: true });
      const file = snapshot.tickets.get(id) ?? (await snapshot.archived(id));
      if (!file?.ticket) throw new Error(`no ticket ${id}: ${file?.broken?.message}`);
      return file.ticket;
    },
    async git(...args) {
      const { code, stdout, stderr } = await git(args, { cwd: github.admin.gitDir('acme/desk') });
      if (code !== 0) throw new Error(stderr);
      return stdout;
    },
    async close() {
      await handler.idle();
      await store.close();
      await github.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
