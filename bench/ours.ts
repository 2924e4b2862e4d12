import { isoSeconds, systemClock } from '../src/base/clock.ts';
import { git } from '../src/base/git.ts';
import { silentLog } from '../src/base/log.ts';
import { systemRandom } from '../src/base/random.ts';
import { makeHandler } from '../src/engine/handle.ts';
import type { Store } from '../src/engine/ports.ts';
import type { Backend, CommitToWrite, PushResult, RefMove, Refs } from '../src/store/backend.ts';
import { CatFile } from '../src/store/cat-file.ts';
import { CommitStore } from '../src/store/commit-store.ts';
import { FastImport } from '../src/store/fast-import.ts';
import { openGitStore } from '../src/store/git-store.ts';
import { config as configSchema } from '../src/ticket/config.ts';
import type { Decision } from '../src/ticket/decision.ts';
import { witnessRef } from '../src/ticket/paths.ts';
import { branch, openId, stateRef } from './fixture.ts';

/*
 * Our side: the product's handler on the product's store, with all that a change takes (read, decide, write YAML,
 * commit, publish, read the new head).
 */

export const ports = { clock: systemClock, random: systemRandom, log: silentLog };
export const config = configSchema.parse({ format: 1, prefix: 'T', agents: { luci: { command: ['true'] } } });
export const author = { name: 'Signalbox', email: 'signalbox@localhost' };

/** One writer with its store. */
export interface Ours {
  store: Store;
  /** Asks a change of an open ticket, each time another one; resolves when it is durable. */
  change(number: number): Promise<Decision>;
  close(): Promise<void>;
}

/** The whole of it: a mirror in `folder`, published to `remote` with every commit. */
export async function openOurs(folder: string, remote: string): Promise<Ours> {
  return ours(await openGitStore({ folder, remote, branch, author, ...ports }));
}

/** The same without publishing: objects, and a ref to them, in the repository at `folder`. */
export async function openLocally(folder: string): Promise<Ours> {
  return ours(new CommitStore(await LocalBackend.open(folder), ports));
}

async function ours(store: Store): Promise<Ours> {
  const writer = makeHandler({
    store,
    config: async () => config,
    now: () => systemClock.now(),
    judge: async () => {
      throw new Error('no commit here is foreign');
    },
    ...ports,
  });
  await writer.read({ fresh: true }); // parses what is open, once, as at a start
  let asked = 0;
  return {
    store,
    change: async (number) => {
      const source = `c${++asked}-${systemRandom.hex(3)}`;
      const said = { source, at: isoSeconds(systemClock.now()), actor: 'elmar' };
      const decision = await writer.handle(openId(number), {
        kind: 'park',
        reason: `not before ${source}`,
        ...said,
      });
      if (!decision.accepted) throw new Error(`refused: ${decision.message}`);
      return decision;
    },
    close: () => store.close(),
  };
}

/** The git store's own parts with no remote behind them: a push has nothing left to do. */
class LocalBackend implements Backend {
  readonly stateRef = stateRef;
  readonly objects: CatFile;
  readonly #writer: FastImport;
  #refs: Refs;

  private constructor(folder: string, head: string) {
    this.objects = new CatFile(folder);
    this.#writer = new FastImport(folder, 'bench', author);
    this.#refs = { head, witness: head, swept: null, signals: new Map() };
  }

  static async open(folder: string): Promise<LocalBackend> {
    await git(['config', 'core.fsync', 'none'], { cwd: folder }); // as in a mirror
    const { stdout } = await git(['rev-parse', stateRef], { cwd: folder });
    return new LocalBackend(folder, stdout.trim());
  }

  look = async (): Promise<Refs> => this.#refs;
  write = (commit: CommitToWrite): Promise<string> => this.#writer.write(commit);

  async push(moves: readonly RefMove[]): Promise<PushResult> {
    const to = (name: string) => moves.find(({ ref }) => ref === name)?.to ?? null;
    this.#refs = { head: to(stateRef), witness: to(witnessRef), swept: null, signals: new Map() };
    return { kind: 'moved', words: '' };
  }

  lookAt = notHere;
  fetch = notHere;
  isAncestor = notHere;
  commitsBetween = notHere;
  allBetween = notHere;
  log = notHere;

  async close(): Promise<void> {
    await Promise.all([this.objects.close(), this.#writer.close()]);
  }
}

function notHere(): never {
  throw new Error('nobody else writes here');
}
