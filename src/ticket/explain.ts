// Stryker disable StringLiteral: words for people, not rules
import { nearReasons } from './budget-words.ts';
import { agentOf } from './claim.ts';
import { beforeWords, obstacleReasons } from './explain-obstacles.ts';
import { stateReasons } from './explain-state.ts';
import type { Ticket } from './format.ts';
import type { Circumstances } from './landing.ts';
import { inLine } from './quotes.ts';
import { type ReasonCode, reasons } from './reasons.ts';
import { isOpen, type State } from './states.ts';
import type { Breakage } from './yaml.ts';

/*
 * "Why does it not run?", answered once for every surface: the command line, the board, `/status` and the agents' tools.
 */

/** One reason why a ticket is not started now. */
export interface Reason {
  code: ReasonCode;
  /** One line. Words of people may be in it. */
  message: string;
  /** Since when (ISO); null where nobody can tell. */
  since: string | null;
  /** Who or what changes it. */
  change: string;
}

export interface Explanation {
  id: string;
  /** `broken`: its file cannot be read. */
  state: State | 'broken';
  /** Whether an agent may take it, at this head and moment. */
  mayRun: boolean;
  /** Why not, what is nearest to the ticket first. A broken config is named too, though it stops nothing by itself. */
  reasons: Reason[];
  /** What happens next, or who can make it. */
  next: string;
}

/** What is known of the desk beyond its tickets. What nobody looked at is taken to be well. */
export interface DeskFacts {
  /** The head was moved back (rule 2). */
  movedBack: boolean;
  /** Somebody pushed to the state branch, and the app has not judged that yet. */
  unjudged: boolean;
  deskBroken: Breakage | null;
  /** Why the newest config is not in force. */
  configBroken: string | null;
  /** Whether the default branch lacks the workflow that runs attempts. */
  lacksWorkflow: boolean;
  /** The app may start no more, of whatever repository. What nobody told is taken to be well, as of all else here. */
  appFull?: { occupied: number; capacity: number } | null;
  /** Every ticket in todo, where somebody looked at them: which go before one is told. */
  todo?: readonly Ticket[];
}

/** The file of a ticket, which may be one that cannot be read. */
export interface Explained {
  id: string;
  path: string;
  ticket: Ticket | null;
  broken: Breakage | null;
}

/** Whether a ticket may run, and if not, every reason, with who or what can change it. It reads, and asks nothing. */
export function explain(
  { id, path, ticket, broken }: Explained,
  here: Circumstances & DeskFacts,
): Explanation {
  const own = ticket
    ? [...stateReasons(ticket, here), ...obstacleReasons(ticket, here), ...nearOf(ticket, here)]
    : [brokenFile(path, broken)];
  const found = [...frozen(here), ...own, ...deskFiles(here)];
  const stops = found.filter(({ code }) => code !== 'bad-config' && code !== 'budget-near');
  const mayRun = ticket?.state === 'todo' && stops.length === 0;
  const next = mayRun
    ? `${agentOf(ticket, here.config)} takes it when the app looks next.${beforeWords(ticket, here)}`
    : (stops[0]?.change ?? '');
  return { id, state: ticket?.state ?? 'broken', mayRun, reasons: found, next };
}

/** Of a closed ticket no budget matters any more. */
const nearOf = (ticket: Ticket, here: Circumstances): Reason[] =>
  isOpen(ticket.state) ? nearReasons(ticket, here) : [];

/** Where nothing is decided about any ticket. */
function frozen({ movedBack, unjudged }: DeskFacts): Reason[] {
  if (movedBack)
    return [of('head-moved-back', 'Anybody who may push puts it back: `signalbox doctor --restore`.')];
  return unjudged ? [of('not-judged', 'The app, when it looks at the branch next. See that it runs.')] : [];
}

function deskFiles({ deskBroken, configBroken }: DeskFacts): Reason[] {
  const desk = deskBroken && {
    ...of(deskBroken.code, 'Whoever may push to the state branch mends it.'),
    message: inLine(`desk.yaml cannot be read, so the desk is paused: ${deskBroken.message}`),
  };
  const config = configBroken !== null && {
    ...of('bad-config', 'Whoever may push to the default branch mends it.'),
    message: inLine(`${reasons['bad-config']} ${configBroken}`),
  };
  return [desk, config].flatMap((one) => one || []);
}

function brokenFile(path: string, broken: Breakage | null): Reason {
  return {
    ...of(
      broken?.code ?? 'bad-yaml',
      'Whoever may push to the state branch mends the file; until then nothing happens to this ticket.',
    ),
    message: inLine(`${path} cannot be read: ${broken?.message ?? ''}`),
  };
}

const of = (code: ReasonCode, change: string): Reason => ({
  code,
  message: reasons[code],
  since: null,
  change,
});
