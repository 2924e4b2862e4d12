import type { Call } from '../../src/local/misbehave.ts';
import type { State } from '../../src/ticket/states.ts';
import { type AppProcess, sendWebhooksTo, startAppProcess } from './app-processes.ts';
import type { World } from './world.ts';

/*
 * Moments at which a process of the app dies, told by the call that it was making: as GitHub sees it, before it was
 * carried out, or after it and before its answer. No hook in the product.
 */

/** The step of a ticket's way in which the app makes the call. */
export type Step = 'birth' | 'release' | 'park' | 'completion';

export interface Point {
  /** What the app was about to do, or had just done: `before the dispatch`. */
  name: string;
  step: Step;
  when: 'before' | 'after';
  route: string;
  /** Whether it is this call. `found` is the ticket's state at the head before it. */
  is: (call: Call, found: State | undefined) => boolean;
}

const repo = '/repos/acme/desk';

function both(step: Step, what: string, route: string, is: Point['is'] = () => true): Point[] {
  return (['before', 'after'] as const).map((when) => ({ name: `${when} ${what}`, step, when, route, is }));
}

/** The push of the state branch that finds the ticket so; `undefined` where there is none yet. */
function push(step: Step, what: string, from: State | undefined): Point[] {
  const isState = ({ refs }: Call) => refs.some(({ ref }) => ref === 'refs/heads/signalbox');
  return both(
    step,
    `the push that ${what}`,
    'git-receive-pack',
    (call, found) => isState(call) && found === from,
  );
}

const says =
  (words: string) =>
  ({ body }: Call) =>
    body.includes(words);
const issue = `${repo}/issues/:number`;
const stateLabel = (step: Step, words: string) =>
  both(step, `the label \`ticket: ${words}\``, `POST ${issue}/labels`, says(`ticket: ${words}`));

/** Every point, in the order of a ticket's way. */
export const points: readonly Point[] = [
  ...push('birth', 'makes the ticket', undefined),
  ...stateLabel('birth', 'inbox'),
  ...both('birth', 'the status comment', `POST ${issue}/comments`, says('signalbox:status')),

  ...push('release', 'releases', 'inbox'),
  ...push('release', 'claims', 'todo'),
  ...both('release', 'the dispatch', `POST ${repo}/actions/workflows/:file/dispatches`),
  ...both('release', 'the label `release` is taken off', `DELETE ${issue}/labels/release`),
  ...stateLabel('release', 'in progress'),

  ...push('park', 'parks', 'in_progress'),
  ...both('park', 'the cancel', `POST ${repo}/actions/runs/:run/cancel`),
  ...both('park', 'the label `park` is taken off', `DELETE ${issue}/labels/park`),
  ...both('park', 'the evidence comment', `POST ${issue}/comments`, says('signalbox:evidence:1')),

  ...push('completion', 'accepts the completion', 'in_progress'),
  ...both('completion', 'the ticket branch is made', `POST ${repo}/git/refs`),
  ...both('completion', 'the pull request is opened', `POST ${repo}/pulls`),
  ...stateLabel('completion', 'done'),
  ...both('completion', 'the issue is closed', `PATCH ${issue}`, says('"closed"')),
];

/** The app as a process that is started again wherever it was killed, on the folder that it left. */
export class MortalApp {
  readonly #desk: World;
  #process: AppProcess | null = null;

  constructor(desk: World) {
    this.#desk = desk;
  }

  /** No sweep but the first, so that what is found again is found by the start. */
  async start(): Promise<void> {
    this.#process = await startAppProcess(this.#desk, 'app', { head: 1_000, sweep: 3_600_000 });
    sendWebhooksTo(this.#desk, this.#process.url);
  }

  /** Kills it at `point` of the ticket. Answers a wait for that death; one that never comes is a failure. */
  dieAt({ name, when, route, is }: Point, id: string): () => Promise<void> {
    let dead = false;
    const callOff = this.#desk.github.misbehave.cut({
      route,
      when,
      by: 'signalbox[bot]',
      only: (call) => is(call, this.#desk.ticket(id)?.state),
      deed: async () => {
        await this.#process?.kill();
        dead = true;
      },
    });
    return async () => {
      await this.#desk.until(`the app dies ${name}`, () => dead).finally(callOff);
    };
  }

  async end(): Promise<void> {
    await this.#process?.end();
  }
}
