import { checkedInAgain, followUpName, lateFollowUp, queuedFollowUp } from '../ticket/follow-up.ts';
import type { Attempt, Ticket } from '../ticket/format.ts';
import { workRef } from '../ticket/paths.ts';
import { OwnComments } from './comments.ts';
import { type Context, present } from './context.ts';
import type { Forge, Run } from './ports.ts';

/** What this process knows of an attempt's signs of life; another one finds it out again. */
interface Known {
  claim: string;
  /** The latest sign of life, in milliseconds. */
  sign: number;
  /** The words that its comment has; null where it has none. */
  told: string | null;
}

export type BoundAttempt = Attempt & { run: NonNullable<Attempt['run']> };

/**
 * Asks after runs that fall silent. A sign of life is what the runner pushes to the ref of the work; Actions' own word
 * about the run is the authority, so nothing is stopped here, whatever the silence. One comment for each attempt is kept
 * current. Costs no call while the latest sign known is young enough.
 */
export class FollowUps {
  readonly #context: Context;
  readonly #known = new Map<string, Known>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** @param run the run of the ticket's open attempt, alive as Actions says */
  async look(ticket: Ticket, open: BoundAttempt, run: Run): Promise<void> {
    const { forge, config, log } = this.#context;
    const { agents } = await config();
    const patienceMs = (agents[open.agent]?.check_in_minutes ?? 15) * 60_000;
    const known = this.#knownOf(ticket.id, open);
    if (forge.now() <= known.sign + patienceMs && known.told === null) return;
    const sign = await lastSign(forge, ticket.id, open);
    const lateMs = forge.now() - sign - patienceMs;
    const said = lateMs > 0 ? lateFollowUp(ticket.id, open, { run, sign, lateMs, patienceMs }) : null;
    if (said !== null && said !== known.told) log.warn('a run is silent', { ticket: ticket.id, run: run.id });
    if (said === null || said !== known.told)
      await this.#tell(ticket, open, said ?? checkedInAgain(ticket.id, open, sign), said !== null);
    this.#known.set(ticket.id, { claim: open.claim, sign, told: said });
  }

  /** @param run the run of an attempt that no machine has taken when it was to begin */
  async lookAtQueued(ticket: Ticket, open: Attempt, run: Run): Promise<void> {
    const { forge, log } = this.#context;
    const due = Date.parse(open.check_in_by);
    const said = queuedFollowUp(ticket.id, open, { run, lateMs: forge.now() - due });
    const known = this.#known.get(ticket.id);
    if (known?.claim === open.claim && known.told === said) return;
    log.warn('no machine takes a run', { ticket: ticket.id, run: run.id });
    await this.#tell(ticket, open, said, true);
    this.#known.set(ticket.id, { claim: open.claim, sign: due, told: said });
  }

  /** Where this process knows nothing yet, another may have asked: only a comment that is looked for is put right. */
  #knownOf(id: string, { claim, run }: BoundAttempt): Known {
    const known = this.#known.get(id);
    return known?.claim === claim ? known : { claim, sign: Date.parse(run.started), told: null };
  }

  /** Keeps the comment; what only puts one right (`isNew` false) makes none. */
  async #tell(
    { id, issue }: Ticket,
    { number, claim }: Attempt,
    words: string,
    isNew: boolean,
  ): Promise<void> {
    if (issue === null) return;
    const comments = await OwnComments.read(this.#context.forge, issue);
    const name = followUpName(number);
    if (!isNew && !comments.has(name)) return;
    const { ticket } = await present(this.#context, id);
    if (ticket?.attempt?.claim === claim) await comments.keep(name, words);
  }
}

/** When the run of an attempt last gave a sign of life, in milliseconds: it began, or pushed to the ref of the work. */
export async function lastSign(
  forge: Pick<Forge, 'now' | 'ref' | 'commitTime'>,
  id: string,
  { number, run }: BoundAttempt,
): Promise<number> {
  const work = await forge.ref(workRef(id, number));
  const saved = work === null ? null : await forge.commitTime(work);
  return Math.min(forge.now(), Math.max(Date.parse(run.started), saved === null ? 0 : Date.parse(saved)));
}
