import type { Usage } from './budget-format.ts';
import type { SeenChecks } from './checks.ts';
import type { Condition } from './condition-format.ts';
import type { Isolation, Priority, Signal, SignalKind } from './format.ts';
import type { Reportable } from './outside-shape.ts';
import type { ReasonCode } from './reasons.ts';
import type { Text } from './texts.ts';

/*
 * What can be asked of a ticket. A request names its source (an issue event `e118`, a comment `c204`, a merged pull
 * request `p43`, a form of the board `b5f…`, a run's end,
 * a signal's digest), so that the same one carried twice is carried out once; the time it was made on the forge;
 * and who made it. Whether that person MAY ask it is the door's business (`engine/people.ts`); whether the ticket's
 * state permits it is decided by the table.
 */

interface Asked {
  /** Identity of the request; recorded in the ticket where a person made it. */
  source: string;
  /** When it was made, by the forge's clock: ISO, whole seconds. */
  at: string;
  /** Login, `signalbox` for our own, or the agent's profile. */
  actor: string;
  /** What they saw of the ticket who asked, where it is known (`glanceOf`). */
  saw?: string;
}

/** The run that was bound to the attempt when it was looked at, or none: what was seen of another says nothing. */
interface Seen {
  run: number | null;
}

interface Quarantined {
  /** Whose folder it lies in: a ticket's, or `_`. */
  ticket: string;
  digest: string;
}

export type Request = Asked &
  (
    | {
        kind: 'create';
        id: string;
        issue: number | null;
        title: string;
        body: string;
        owner: string | null;
        priority?: 'urgent' | 'high' | 'normal' | 'low';
        phases?: string[];
        after?: string[];
        parent?: string | null;
        /** Who asked it to be born waiting, and why; null for the inbox. */
        park: { by: string; when?: Condition; by_triage?: true; reason: string } | null;
        hold: boolean;
        /** Its work is launched elsewhere. */
        mirror?: boolean;
        /** Digest of the issue's title and body. */
        mirrored: string | null;
        /** Control-label events already answered by how it is born. */
        answered: Record<string, string>;
      }
    | {
        kind: 'release';
        /** The text that people saw; null where they saw none any more, left out where there is no issue to see. */
        shown?: Text | null | undefined;
      }
    | {
        kind: 'park';
        when?: Condition;
        /** Who asks it may not release: of a ticket that nobody released yet the park alone counts. */
        by_triage?: true;
        /** Why a condition that was given could not be read: it parks all the same. */
        unread?: string;
        /** Tickets that must be done before it may start from now on. */
        after?: string[];
        reason: string;
      }
    /** What must be done before the ticket may start: exactly these. */
    | { kind: 'after'; after: string[] }
    | { kind: 'hold' }
    | { kind: 'claim'; claim: string }
    | {
        kind: 'bind';
        attempt: number;
        claim: string;
        run: { id: number; run_attempt: number; url: string; isolation?: Isolation };
        key_sha256: string;
      }
    | {
        kind: 'signal';
        /** Null where the text could not be read as a signal. */
        signal: Signal | null;
        channel: 'runner' | 'file' | 'comment';
        /** The ticket and attempt it is for, as far as the channel tells (0: unknown), and the text as it came. */
        ticket: string;
        attempt: number;
        text: string;
      }
    | {
        kind: 'lost';
        attempt: number;
        code: ReasonCode;
        /** What was seen. */
        reason: string;
        /** What the agent said last, where its runner says so. */
        last_words?: string;
        /** The closing itself proves the agent gone. */
        agent_gone: boolean;
        /** Whether the work could not be pushed and is an artifact of the run. */
        bundled?: boolean;
        usage?: Usage;
        seen?: Seen;
      }
    | {
        kind: 'quota';
        attempt: number;
        /** When its provider lets the agent go on (ISO), and the line that said so. */
        until: string;
        line: string;
        last_words?: string;
        agent_gone: boolean;
        /** Whether the work could not be pushed and is an artifact of the run. */
        bundled?: boolean;
        usage?: Usage;
      }
    | { kind: 'stopped_by_person'; attempt: number; seen?: Seen }
    | { kind: 'undispatchable'; attempt: number; code: string; reason: string }
    | { kind: 'stopped'; attempt: number; bundled?: boolean; usage?: Usage }
    | { kind: 'interrupt'; text: string }
    | { kind: 'tell'; text: string }
    /** Messages that the agent of an attempt was given; the key is that of its run. */
    | { kind: 'delivered'; attempt: number; key: string; ids: readonly string[] }
    /** What was seen of checks for it, where its condition asks about them. */
    | { kind: 'due'; checks?: SeenChecks }
    | { kind: 'answer'; text: string }
    | {
        kind: 'expire';
        code: string;
        reason: string;
        /** The attempt that its runner stopped for it; left out where the rules have to say so. */
        attempt?: number;
        last_words?: string;
        agent_gone?: boolean;
        bundled?: boolean;
        usage?: Usage;
      }
    /** `commit`: what they looked at, where the way they said it tells. */
    | { kind: 'approve'; commit?: string }
    /** An option of the gate's question, by its number or in its words. */
    | { kind: 'decide'; option: string }
    /** Checks are green at a commit, as a gate asks for them. */
    | { kind: 'passed'; commit: string }
    /** The head of its pull request as it was merged, where that is known. */
    | { kind: 'merged'; commit?: string }
    /**
     * What is on the ticket branch (null: there is none), who pushed it, everybody who pushed since (`pushers`, the latest first,
     * as far as they are not known yet), and the accepted work that was shown before.
     */
    | { kind: 'pushed'; commit: string | null; by: string; pushers: string[]; work: string | null }
    | { kind: 'phases'; phases: readonly string[] }
    /** The pull request that shows its work was closed, and not merged. */
    | { kind: 'unmerged'; pull: number }
    | { kind: 'reject'; phase?: string; reason: string; commit?: string }
    | { kind: 'retry' }
    | { kind: 'priority'; priority: Priority }
    | { kind: 'cancel'; reason: string }
    /** How work that is done elsewhere stands, as somebody says. */
    | { kind: 'report'; state: Reportable; summary: string; link?: string }
    | { kind: 'reopen' }
    /** What lies in quarantine, by its digest or at least eight characters of its beginning. */
    | ({ kind: 'accept' } & Quarantined)
    | ({ kind: 'discard' } & Quarantined)
    | { kind: 'edit'; title: string; body: string; digest: string }
    | { kind: 'link'; issue: number; digest: string }
    | { kind: 'mirrored'; digest: string }
    | { kind: 'detach'; reason: string }
  );

export type RequestKind = Request['kind'];
export type RequestOf<K extends RequestKind> = Extract<Request, { kind: K }>;

/** The names of the table's rows: each request by its kind, a signal by what it says. */
export type RowName = Exclude<RequestKind, 'signal'> | SignalKind;

export function rowName(request: Request): RowName {
  if (request.kind !== 'signal') return request.kind;
  return request.signal?.kind ?? 'failed';
}

/** Requests that restrict: in one reading they go before all others, and a release older than one is superseded. */
export const restrictive: readonly RequestKind[] = ['park', 'hold', 'cancel'];

/** Requests after which an older release means nothing any more (rule 4): the restrictive, a stop in Actions, an issue that is gone. */
export const outdatesRelease: readonly RequestKind[] = [...restrictive, 'stopped_by_person', 'detach'];

/** Requests that bring somebody's words into a ticket; all others add little, and always find room in its file. */
export const wordy: readonly RequestKind[] = [
  'create',
  'edit',
  'answer',
  'tell',
  'interrupt',
  'reject',
  'decide',
  'accept',
  'report',
];

/** Requests that wake: superseded by a restrictive one that is not older. */
export const waking: readonly RequestKind[] = ['release', 'retry', 'reopen', 'accept'];
