import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { SignalboxError } from '../base/errors.ts';
import { gitEnvironment } from '../base/git.ts';
import type { CommitToWrite } from './backend.ts';

/** Who Signalbox's commits are by. */
export interface Author {
  name: string;
  email: string;
}

/**
 * One `git fast-import`, kept: it writes the objects of a commit in one go, without an index and without a process
 * for each, and a checkpoint makes them visible. The commit is held by a ref of this process's own.
 */
export class FastImport {
  readonly #folder: string;
  readonly #ref: string;
  readonly #author: string;
  #child: ChildProcessWithoutNullStreams | null = null;
  #answer = '';
  #complaint = '';
  #waiting: { resolve(oid: string | null): void; reject(error: Error): void } | null = null;

  /** `name` is unique among all processes that use the folder. */
  constructor(folder: string, name: string, author: Author) {
    this.#folder = folder;
    this.#author = `${plain(author.name)} <${plain(author.email)}>`;
    this.#ref = `refs/signalbox-writer/${name}`;
  }

  /** Writes one commit and answers its hash. One at a time. Written again, once, where the process was killed. */
  async write(commit: CommitToWrite): Promise<string> {
    const text = script(this.#ref, this.#author, commit);
    const oid = (await this.#tell(text)) ?? (await this.#tell(text));
    if (oid === null) throw new SignalboxError('forge', 'not-written', 'git fast-import was killed twice');
    return oid;
  }

  /** Null where the process was killed. */
  async #tell(text: Buffer): Promise<string | null> {
    const child = this.#child ?? this.#start();
    this.#answer = '';
    const oid = new Promise<string | null>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    keepAlive(child, true);
    child.stdin.write(text);
    try {
      return await oid;
    } finally {
      keepAlive(child, false);
    }
  }

  /** Ends the process, which lets go of its packs: until then they are kept from tidying. A write starts another. */
  async close(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = null;
    keepAlive(child, true);
    const closed = once(child, 'close');
    child.stdin.end(`reset ${this.#ref}\nfrom ${'0'.repeat(40)}\n\n`);
    await closed;
  }

  #start(): ChildProcessWithoutNullStreams {
    // A pack for each checkpoint: making them loose would start another process each time. Not compressed, which took
    // a third of the time of a commit: a push sends deltas, and tidying packs anew.
    const settings = ['-c', 'fastimport.unpackLimit=1', '-c', 'pack.compression=0'];
    const args = [...settings, 'fast-import', '--quiet', '--force', '--date-format=raw'];
    const child = spawn('git', args, { cwd: this.#folder, env: gitEnvironment() });
    this.#child = child;
    this.#complaint = '';
    child.stdin.on('error', () => {}); // it died: `close` tells
    child.stderr.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk).slice(-1000);
    });
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    child.on('error', (error) => this.#ended(child, error.message, false));
    child.on('close', (_, signal) => this.#ended(child, this.#complaint, signal !== null));
    return child;
  }

  #take(chunk: Buffer): void {
    this.#answer += chunk.toString('latin1');
    const oid = /^([0-9a-f]{40,64})\nprogress written\n$/.exec(this.#answer)?.[1];
    if (oid === undefined) return;
    this.#waiting?.resolve(oid);
    this.#waiting = null;
  }

  #ended(child: ChildProcessWithoutNullStreams, complaint: string, killed: boolean): void {
    if (this.#child === child) this.#child = null;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (killed) waiting?.resolve(null);
    else
      waiting?.reject(new SignalboxError('bug', 'not-written', `git fast-import ended: ${complaint.trim()}`));
  }
}

function script(ref: string, author: string, commit: CommitToWrite): Buffer {
  const { parents, tree, changes, seconds } = commit;
  const [first, ...others] = parents;
  const who = `${author} ${seconds} +0000`;
  const parts: Buffer[] = [];
  const say = (line: string) => parts.push(Buffer.from(`${line}\n`));
  const data = (text: string) => {
    const bytes = Buffer.from(text);
    say(`data ${bytes.length}`);
    parts.push(bytes);
    say('');
  };
  say(`reset ${ref}`);
  say(`commit ${ref}`);
  say('mark :1');
  say(`author ${who}`);
  say(`committer ${who}`);
  data(commit.message);
  if (first !== undefined) say(`from ${first}`);
  for (const other of others) say(`merge ${other}`);
  if (tree !== undefined) say(`M 040000 ${tree} ""`);
  for (const [path, text] of changes) {
    if (text === null) {
      say(`D ${quoted(path)}`);
    } else {
      say(`M 100644 inline ${quoted(path)}`);
      data(text);
    }
  }
  say('');
  say('get-mark :1');
  say('checkpoint');
  say('progress written');
  return Buffer.concat(parts);
}

/** A name or an address as it may stand in a commit. */
function plain(value: string): string {
  return value.replace(/[\p{Cc}<>]+/gu, ' ').trim() || 'signalbox';
}

/** A path in C's quotes, as fast-import reads it. */
function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}

/** While it writes, the process holds ours; idle, it does not. */
function keepAlive(child: ChildProcessWithoutNullStreams, alive: boolean): void {
  const sockets = [child.stdin, child.stdout, child.stderr] as unknown as { ref(): void; unref(): void }[];
  for (const each of [child, ...sockets]) alive ? each.ref() : each.unref();
}
