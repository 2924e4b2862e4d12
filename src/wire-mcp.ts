import { isoSeconds } from './base/clock.ts';
import { SignalboxError } from './base/errors.ts';
import { personsGit } from './base/persons-git.ts';
import { sha256 } from './base/random.ts';
import { openClone } from './cli/clone.ts';
import type { CloneOptions } from './cli/clone-desk.ts';
import { explainAt } from './engine/explain.ts';
import { makeHandler } from './engine/handle.ts';
import type { Store } from './engine/ports.ts';
import { handIn, makeToolbox, type Reported, type ToolDesk, type ToolLook } from './engine/toolbox.ts';
import { serveTools, type ToolCall } from './mcp/server.ts';
import { callOverSocket } from './mcp/socket.ts';
import { writeSignal } from './ticket/codec.ts';
import type { Config } from './ticket/config.ts';
import { formatVersion, type Signal } from './ticket/format.ts';
import { isTicketId, workRef } from './ticket/paths.ts';
import { claimFault, signalDigest, signalFault, wordsOf } from './ticket/signals.ts';
import type { ToolAnswer, ToolName } from './ticket/tools.ts';
import { cannotJudge, withStore } from './wire-clone.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Whose word is brought: an attempt, and the key of the run that is bound to it. */
type Speaker = Pick<Signal, 'ticket' | 'attempt' | 'key'>;

const version = '1';

/** Serves an agent's tools to its client. */
export function serveAgentsTools(options: CloneOptions, environment: Variables): Promise<void> {
  return withTools(options, environment, (call) => serveTools(version, call));
}

/** Calls one of them. */
export function callAgentsTool(
  options: CloneOptions,
  environment: Variables,
  name: ToolName,
  input: object,
): Promise<ToolAnswer> {
  return withTools(options, environment, (call) => call(name, input));
}

/** An agent's tools: through its runner, where there is one; else from the clone it works in, with its own rights. */
async function withTools<T>(
  options: CloneOptions,
  environment: Variables,
  work: (call: ToolCall) => Promise<T>,
): Promise<T> {
  const { SIGNALBOX_SOCKET: socket } = environment;
  if (socket) return work(callOverSocket(socket));
  const speaker = speakerOf(environment);
  const clone = await openClone(options.clone, options.remote);
  const { config } = await clone.settings();
  return withStore(clone, { branch: options.branch ?? config.branch }, options, (store) =>
    work(makeToolbox(cloneDesk(store, { speaker, config, actor: clone.person, options }))),
  );
}

function speakerOf({ SIGNALBOX_TICKET, SIGNALBOX_ATTEMPT, SIGNALBOX_KEY }: Variables): Speaker {
  const attempt = Number(SIGNALBOX_ATTEMPT);
  if (SIGNALBOX_TICKET && isTicketId(SIGNALBOX_TICKET) && attempt > 0 && SIGNALBOX_KEY)
    return { ticket: SIGNALBOX_TICKET, attempt, key: SIGNALBOX_KEY };
  throw new SignalboxError('user', 'bad-input', 'it is not said whose tools these are', {
    hint: 'Set SIGNALBOX_SOCKET (beside a runner), or SIGNALBOX_TICKET, SIGNALBOX_ATTEMPT and SIGNALBOX_KEY.',
  });
}

function cloneDesk(
  store: Store,
  {
    speaker,
    config,
    actor,
    options: { clone, remote, clock, log },
  }: { speaker: Speaker; config: Config; actor: string; options: CloneOptions },
): ToolDesk {
  const { ticket: id, attempt } = speaker;
  let headTime = 0; // of a slow clock nothing that follows on a head is said to be before it
  const now = () => Math.max(clock.now(), headTime);
  const writer = makeHandler({ store, config: async () => config, now, clock, log, judge: cannotJudge });
  const signalled = (over: Partial<Signal> & Pick<Signal, 'kind' | 'summary'>): Signal => ({
    format: formatVersion,
    ...speaker,
    run: null,
    agent_gone: false,
    ...over,
  });
  const look = async (): Promise<ToolLook> => {
    const snapshot = await writer.read({ fresh: true });
    headTime = snapshot.headTime;
    const file = snapshot.tickets.get(id) ?? (await snapshot.archived(id));
    const ticket = file?.ticket ?? null;
    const explanation = () => explainAt(snapshot, id, { now: now(), config });
    const unread = snapshot.movedBack ? 'head-moved-back' : file?.broken?.code;
    if (unread) return { ticket, attempt, is: 'unknown', code: unread, explanation };
    const fault = signalFault(signalled({ kind: 'done', summary: '' }), ticket ?? undefined);
    return { ticket, attempt, is: fault ? 'not-mine' : 'mine', code: fault ?? 'ok', explanation };
  };
  const push = async (look: ToolLook) => (mayPush(look, speaker) ? pushWork(clone, remote, speaker) : null);
  return {
    look,
    given(ids) {
      const about = { source: `tools-${attempt}-given`, at: isoSeconds(now()), actor: 'signalbox' };
      const noted = writer.handle(id, { kind: 'delivered', attempt, key: speaker.key, ids, ...about });
      noted.catch((error) => log.warn('that messages were given could not be noted', { error }));
    },
    async checkIn() {
      const pushed = await push(await look());
      return pushed ? `yes, what is committed: ${pushed.work}` : 'no: it is not yours to move any more';
    },
    async attach() {
      const hint = 'Commit it, or name an address (https://…) under `artifacts` of your report.';
      throw new SignalboxError('user', 'bad-artifact', 'only a runner copies files', { hint });
    },
    async report({ kind, summary, said }): Promise<Reported> {
      const standing = await look();
      const pushed = await push(standing);
      const signal = signalled({ kind, summary: wordsOf(summary), ...pushed, ...said });
      const fault = pushed && standing.ticket && claimFault(signal, standing.ticket, config);
      if (fault) return { turnedBack: fault };
      const text = writeSignal(signal);
      const about = { source: signalDigest(signal), at: isoSeconds(now()), actor };
      const request = { kind: 'signal', signal, channel: 'runner', ticket: id, attempt, text } as const;
      return handIn({
        durable: () =>
          store.saveSignal(id, attempt, text).then(
            () => true,
            () => false,
          ),
        decided: () => writer.handle(id, { ...request, ...about }),
      });
    },
  };
}

/**
 * Whether the ref of the attempt's work may be moved: by whoever has the key of its run, as long as nothing of it was
 * accepted, since what was named then has to stay reachable.
 */
function mayPush({ is, ticket }: ToolLook, { attempt, key }: Speaker): boolean {
  if (is !== 'not-mine') return true;
  const own = ticket?.attempts.find(({ number }) => number === attempt);
  return own?.run?.key_sha256 === sha256(key) && !own.work && !own.accepted?.work;
}

/** Pushes what is committed to the ref of the attempt's work; says whether it adds a commit to what the remote shows. */
async function pushWork(
  clone: string,
  remote: string,
  { ticket, attempt }: Speaker,
): Promise<{ work: string; unchanged?: true }> {
  const git = async (...args: string[]) => {
    const { code, stdout, stderr } = await personsGit(args, clone);
    if (code === 0) return stdout.trim();
    throw new SignalboxError('config', 'work-not-pushed', stderr.trim().slice(-500), {
      hint: 'Commit your work, see that you may push to the repository, and try again.',
    });
  };
  const work = await git('rev-parse', '--verify', 'HEAD^{commit}');
  await git('push', '--quiet', '--force', '--no-verify', remote, `${work}:${workRef(ticket, attempt)}`);
  const shown = (await git('ls-remote', remote, 'HEAD', `refs/heads/ticket/${ticket}`)).split('\n');
  const isShown = async (sha: string) =>
    (await personsGit(['merge-base', '--is-ancestor', work, sha], clone)).code === 0;
  for (const line of shown) if (await isShown(line.split('\t')[0] ?? '')) return { work, unchanged: true };
  return { work };
}
