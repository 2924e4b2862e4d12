import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SimpleGit, simpleGit } from 'simple-git';
import { asError, SignalboxError } from '../base/errors.ts';
import { git, gitEnvironment, gitLogin } from '../base/git.ts';
import { signalRefs, sweptRef, witnessRef } from '../ticket/paths.ts';
import type { LoggedCommit, PushResult, RefMove, Refs } from './backend.ts';
import { faultOf, lastWords, push } from './push.ts';

export interface MirrorOptions {
  /** The bare repository's own folder; made where it is not there. */
  folder: string;
  remote: string;
  branch: string;
  token?: (() => Promise<string>) | undefined;
  login?: Record<string, string> | undefined;
  timeoutMs: number;
  /** A name that no other store has, in any process. */
  unique: string;
  /** The remote is not asked: what was fetched last is what is known of it. */
  offline?: boolean | undefined;
}

const mark = '# A mirror made by Signalbox. It may be deleted at any time: it is made again.';

/**
 * The whole `config` of a mirror. It can be fetched again, so nothing is forced to disk, and nothing starts a
 * clean-up behind our back. Fetched objects stay in packs: loose ones of a fetch that was killed could be half of
 * what they need. A transfer that stands still ends itself. The remote's address holds no login.
 */
function config({ remote, timeoutMs }: MirrorOptions, refspecs: readonly string[]): string {
  return `${mark}
[core]
\trepositoryformatversion = 0
\tbare = true
\tfsync = none
[gc]
\tauto = 0
[maintenance]
\tauto = false
[fetch]
\tunpackLimit = 1
\twriteCommitGraph = false
[push]
\tnegotiate = false
[http]
\tlowSpeedLimit = 1
\tlowSpeedTime = ${Math.ceil(timeoutMs / 1000)}
[remote "origin"]
\turl = "${remote.replace(/["\\]/g, '\\$&')}"
${refspecs.map((each) => `\tfetch = ${each}\n`).join('')}`;
}

/** A bare repository with the state branch, the witness, the mark and the signals of one remote, and nothing else of it. */
export class Mirror {
  readonly folder: string;
  readonly stateRef: string;
  readonly #options: MirrorOptions;

  private constructor(options: MirrorOptions) {
    this.folder = options.folder;
    this.stateRef = `refs/heads/${options.branch}`;
    this.#options = options;
  }

  /** Makes or takes up the mirror. Nothing is asked of the remote. Other processes may do the same meanwhile. */
  static async open(options: MirrorOptions): Promise<Mirror> {
    const mirror = new Mirror(options);
    const wanted = config(options, mirror.#refspecs());
    const file = join(options.folder, 'config');
    const present = await readFile(file, 'utf8').catch(() => null);
    if (present === null) await mirror.#make(wanted);
    else if (!present.startsWith(mark)) throw notAMirror(options.folder);
    else if (present !== wanted) {
      const draft = `${file}.${options.unique}`;
      await writeFile(draft, wanted);
      await rename(draft, file);
    }
    return mirror;
  }

  /** Made beside its place and moved there whole, so that nobody meets half of it. */
  async #make(wanted: string): Promise<void> {
    const draft = `${this.folder}.${this.#options.unique}`;
    await mkdir(draft, { recursive: true });
    try {
      await this.#simpleGit({}, draft).init(true);
      await writeFile(join(draft, 'config'), wanted);
      await rename(draft, this.folder);
    } catch (cause) {
      await rm(draft, { recursive: true, force: true });
      const there = await readFile(join(this.folder, 'config'), 'utf8').catch(() => '');
      if (there !== wanted) throw notAMirror(this.folder, cause);
    }
  }

  /** How many packs there are. */
  async packs(): Promise<number> {
    const names = await readdir(join(this.folder, 'objects', 'pack')).catch(() => []);
    return names.filter((name) => name.endsWith('.pack')).length;
  }

  async look(): Promise<Refs> {
    const listed = await (this.#options.offline ? this.#fetched() : this.#listed());
    const refs = new Map<string, string>();
    for (const line of listed.split('\n')) {
      const [oid, ref] = line.split('\t');
      if (oid && ref) refs.set(ref, oid);
    }
    return {
      head: refs.get(this.stateRef) ?? null,
      witness: refs.get(witnessRef) ?? null,
      swept: refs.get(sweptRef) ?? null,
      signals: new Map([...refs].filter(([ref]) => ref.startsWith(signalRefs))),
    };
  }

  #listed(): Promise<string> {
    return this.#ask((remote) =>
      remote.listRemote(['origin', this.stateRef, witnessRef, sweptRef, `${signalRefs}*`]),
    );
  }

  async #fetched(): Promise<string> {
    const format = '--format=%(objectname)%09%(refname)';
    return this.#simpleGit({}).raw(['for-each-ref', format, this.stateRef, witnessRef, sweptRef, signalRefs]);
  }

  async lookAt(ref: string): Promise<string | null> {
    const listed = await this.#ask((remote) => remote.listRemote(['origin', ref]));
    return (
      listed
        .split('\n')
        .find((line) => line.endsWith(`\t${ref}`))
        ?.split('\t')[0] ?? null
    );
  }

  async fetch(refs: Refs, all = false): Promise<void> {
    const wanted = this.#refspecs().filter(
      (spec) =>
        (refs.head !== null && spec.includes(`${this.stateRef}:`)) ||
        (refs.witness !== null && spec.includes(`${witnessRef}:`)) ||
        (refs.swept !== null && spec.includes(`${sweptRef}:`)) ||
        spec.includes('*'),
    );
    const flags = ['--no-tags', '--prune', ...(all ? ['--refetch'] : [])];
    for (let round = 1; ; round++) {
      try {
        await this.#ask((remote) => remote.fetch([...flags, 'origin', ...wanted]));
        return;
      } catch (thrown) {
        // Another process fetches into the same folder.
        if (
          round === 5 ||
          !/cannot lock ref|unable to update local ref|File exists/.test(asError(thrown).message)
        )
          throw thrown;
      }
    }
  }

  async push(moves: readonly RefMove[]): Promise<PushResult> {
    return push(this.folder, 'origin', moves, await this.#login(), this.#options.timeoutMs);
  }

  async log(
    head: string,
    paths: readonly string[],
    id: string | null,
    limit: number,
  ): Promise<LoggedCommit[]> {
    const local = this.#simpleGit({});
    const args = [`-n${limit}`, `--grep=^Ticket: ${id ?? '.*'}$`, '--format=%H%x00%ct%x00%B', '-z'];
    const fields = (await local.raw(['log', ...args, head, '--', ...paths])).split('\0');
    const commits: LoggedCommit[] = [];
    for (let at = 0; at + 2 < fields.length; at += 3) {
      const [commit = '', seconds, message = ''] = fields.slice(at, at + 3);
      commits.push({ commit, time: Number(seconds) * 1000, message });
    }
    return commits;
  }

  async isAncestor(ancestor: string, commit: string): Promise<boolean> {
    const { code, stderr } = await git(['merge-base', '--is-ancestor', ancestor, commit], {
      cwd: this.folder,
    });
    if (code > 1 || code < 0) throw new SignalboxError('forge', 'mirror-unreadable', lastWords(stderr));
    return code === 0;
  }

  async commitsBetween(
    from: string | null,
    to: string,
    which: '--first-parent' | '--topo-order' = '--first-parent',
  ): Promise<string[]> {
    const not = from === null ? [] : [`^${from}`];
    const { code, stdout, stderr } = await git(['rev-list', which, '--reverse', to, ...not], {
      cwd: this.folder,
    });
    if (code !== 0) throw new SignalboxError('forge', 'unknown-commit', lastWords(stderr));
    return stdout.split('\n').filter((line) => line !== '');
  }

  #refspecs(): string[] {
    return [
      `+${this.stateRef}:${this.stateRef}`,
      `+${witnessRef}:${witnessRef}`,
      `+${sweptRef}:${sweptRef}`,
      `+${signalRefs}*:${signalRefs}*`,
    ];
  }

  async #ask(what: (remote: SimpleGit) => Promise<unknown>): Promise<string> {
    if (this.#options.offline) throw new SignalboxError('forge', 'offline', 'the remote is not to be asked');
    const remote = this.#simpleGit(await this.#login());
    try {
      return String(await what(remote));
    } catch (thrown) {
      const { message } = asError(thrown);
      if (faultOf(message) === 'refused') {
        throw new SignalboxError('config', 'remote-refused', lastWords(message), {
          hint: 'Check the address, and that the token, or your own login, may read it.',
          cause: thrown,
        });
      }
      throw new SignalboxError('forge', 'unreachable', lastWords(message), { cause: thrown });
    }
  }

  async #login(): Promise<Record<string, string>> {
    const { token, login = {}, remote } = this.#options;
    return token ? gitLogin(remote, await token()) : login;
  }

  /** simple-git drops every `GIT_*` variable that is not allowed by name, and waits for ever unless told otherwise. */
  #simpleGit(login: Record<string, string>, baseDir = this.folder): SimpleGit {
    const env = gitEnvironment(login);
    return simpleGit({
      baseDir,
      timeout: { block: this.#options.timeoutMs },
      // What git started may hold its pipes long after git was killed; after any other end they close at once.
      completion: { onClose: true, onExit: 2_000 },
      allowEnvironment: Object.keys(env).filter((name) => name.startsWith('GIT_')),
      unsafe,
    }).env(env);
  }
}

/** What simple-git must let pass: our clean environment, and what a person's own login may be made of. */
const unsafe = {
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeAskPass: true,
  allowUnsafeSshCommand: true,
  allowUnsafeGitProxy: true,
};

function notAMirror(folder: string, cause?: unknown): SignalboxError {
  return new SignalboxError('config', 'not-a-mirror', `${folder} cannot be the mirror's folder`, {
    hint: 'Name an empty folder or one that does not exist.',
    cause,
  });
}
