import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { SignalboxError } from '../base/errors.ts';
import { gitEnvironment } from '../base/git.ts';
import type { GitObject, Objects, ObjectType } from './objects.ts';

/** What of an object larger than this (bytes) is kept: nothing we write comes near it. */
const longest = 16 * 1024 * 1024;

interface Asked {
  oid: string;
  resolve(object: GitObject | null | undefined): void;
  reject(error: Error): void;
}

/**
 * One `git cat-file --batch`, kept: starting a process for each object would cost more than everything else. It is
 * started at the first question, and again after it died.
 */
export class CatFile implements Objects {
  readonly #folder: string;
  #child: ChildProcessWithoutNullStreams | null = null;
  #asked: Asked[] = [];
  #header = Buffer.alloc(0);
  #object: { type: ObjectType; left: number; kept: Buffer[] } | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(oid: string): Promise<GitObject | null> {
    if (!/^[0-9a-f]{40,64}$/.test(oid)) return null;
    const answer = (await this.#ask(oid)) ?? (await this.#ask(oid));
    if (answer === undefined)
      throw new SignalboxError('forge', 'mirror-unreadable', 'git cat-file was killed twice');
    return answer;
  }

  /** Undefined where the process was killed. */
  #ask(oid: string): Promise<GitObject | null | undefined> {
    return new Promise((resolve, reject) => {
      const child = this.#child ?? this.#start();
      this.#asked.push({ oid, resolve, reject });
      this.#keepAlive(child, true);
      child.stdin.write(`${oid}\n`);
    });
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#keepAlive(child, true);
    const closed = once(child, 'close');
    child.stdin.end();
    await closed;
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn('git', ['cat-file', '--batch'], { cwd: this.#folder, env: gitEnvironment() });
    let complaint = '';
    this.#child = child;
    this.#header = Buffer.alloc(0);
    this.#object = null;
    child.stdin.on('error', () => {}); // it died: `close` tells
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk).slice(-1000);
    });
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    child.on('error', (error) => this.#ended(child, error.message, false));
    child.on('close', (_, signal) => this.#ended(child, complaint, signal !== null));
    return child;
  }

  #ended(child: ChildProcessWithoutNullStreams, complaint: string, killed: boolean): void {
    if (this.#child !== child) return;
    this.#child = null;
    const failed = new SignalboxError(
      'forge',
      'mirror-unreadable',
      `git cat-file ended: ${complaint.trim()}`,
    );
    for (const { resolve, reject } of this.#asked.splice(0)) killed ? resolve(undefined) : reject(failed);
  }

  /** While it answers, the process holds ours; idle, it does not. */
  #keepAlive(child: ChildProcessWithoutNullStreams, alive: boolean): void {
    const sockets = [child.stdin, child.stdout, child.stderr] as unknown as { ref(): void; unref(): void }[];
    for (const each of [child, ...sockets]) alive ? each.ref() : each.unref();
  }

  #take(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0)
      rest = this.#object ? this.#takeContent(this.#object, rest) : this.#takeHeader(rest);
    if (this.#asked.length === 0 && this.#child) this.#keepAlive(this.#child, false);
  }

  /** `<oid> <type> <size>` or `<oid> missing`. */
  #takeHeader(chunk: Buffer): Buffer {
    const end = chunk.indexOf(0x0a);
    if (end < 0) {
      this.#header = Buffer.concat([this.#header, chunk]);
      return Buffer.alloc(0);
    }
    const [, type, size] = Buffer.concat([this.#header, chunk.subarray(0, end)])
      .toString('latin1')
      .split(' ');
    this.#header = Buffer.alloc(0);
    if (size === undefined) this.#asked.shift()?.resolve(null);
    else this.#object = { type: type as ObjectType, left: Number(size) + 1, kept: [] };
    return chunk.subarray(end + 1);
  }

  /** The content, and the line end after it. */
  #takeContent(object: { type: ObjectType; left: number; kept: Buffer[] }, chunk: Buffer): Buffer {
    const part = chunk.subarray(0, object.left);
    object.left -= part.length;
    const room = longest - object.kept.reduce((sum, each) => sum + each.length, 0);
    if (room > 0) object.kept.push(part.subarray(0, room));
    if (object.left === 0) {
      this.#object = null;
      const data = Buffer.concat(object.kept);
      this.#asked
        .shift()
        ?.resolve({ type: object.type, data: data.subarray(0, Math.min(data.length - 1, longest)) });
    }
    return chunk.subarray(part.length);
  }
}
