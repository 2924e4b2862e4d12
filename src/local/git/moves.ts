import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isoSeconds } from '../../base/clock.ts';
import type { ActivityRow, ActivityType, Forge, RepositoryRow } from '../data.ts';
import { gitDirOf } from '../data.ts';
import { findUser } from '../people.ts';
import type { MovedRef } from '../works.ts';
import { isAncestor, noCommit } from './repository.ts';

/** How far a ref's log has been read. */
interface Mark {
  key: string;
  bytes: number;
  /** The log's first line: a ref that was deleted and made anew begins a new log. */
  first: string;
  sha: string;
}

interface Move {
  before: string;
  after: string;
  actor: string;
  at: string;
  message: string;
}

/**
 * Reads what happened to refs from git's own ref logs, which git writes while it holds the ref: the order is exact,
 * however many pushes race, and a push that landed right before a `kill -9` is found at the next start.
 */
export class RefMoves {
  readonly #forge: Forge;

  constructor(forge: Forge) {
    this.#forge = forge;
  }

  /**
   * Records what happened to refs since they were last looked at, and answers it. `by` is who moved them: a deletion is
   * theirs only where they asked for it, and else is left to be recorded for who did. Not to be called twice at once for
   * a repository.
   */
  async catchUp(repo: RepositoryRow, moved: readonly MovedRef[], by: string): Promise<ActivityRow[]> {
    const rows: ActivityRow[] = [];
    for (const one of moved) rows.push(...(await this.#catchUpOne(repo, one, by)));
    return rows;
  }

  /** Every ref that has a log, or had one when it was last looked at. */
  knownRefs(repo: RepositoryRow): string[] {
    const folder = join(gitDirOf(this.#forge, repo), 'logs');
    const prefix = `${repo.id}:`;
    const seen = this.#marks.values().filter((mark) => mark.key.startsWith(prefix));
    return [
      ...new Set([
        ...filesBelow(join(folder, 'refs'), folder),
        ...seen.map((mark) => mark.key.slice(prefix.length)),
      ]),
    ];
  }

  get #marks() {
    return this.#forge.tables.table<Mark>('ref-marks');
  }

  async #catchUpOne(repo: RepositoryRow, { ref, after }: MovedRef, by: string): Promise<ActivityRow[]> {
    const gitDir = gitDirOf(this.#forge, repo);
    const key = `${repo.id}:${ref}`;
    const mark = this.#marks.get(key) ?? { key, bytes: 0, first: '', sha: noCommit };
    const path = join(gitDir, 'logs', ref);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const log = text.slice(0, text.lastIndexOf('\n') + 1);
    const lines = log.split('\n').slice(0, -1);
    const anew = (lines[0] ?? '') !== mark.first;
    const moves = lines.slice(anew ? 0 : log.slice(0, mark.bytes).split('\n').length - 1).map(parseLine);
    const isDeleted = anew && mark.sha !== noCommit;
    if (isDeleted && after !== noCommit) return [];
    if (isDeleted)
      moves.unshift({ before: mark.sha, after: noCommit, actor: by, at: this.#forge.now(), message: '' });
    const rows: ActivityRow[] = [];
    for (const move of moves) if (move.before !== move.after) rows.push(await this.#record(repo, ref, move));
    const sha = moves.at(-1)?.after ?? mark.sha;
    if (moves.length > 0) this.#marks.put(key, { key, bytes: log.length, first: lines[0] ?? '', sha });
    return rows;
  }

  async #record(repo: RepositoryRow, ref: string, move: Move): Promise<ActivityRow> {
    const actor = findUser(this.#forge, move.actor)?.login ?? repo.owner;
    const type = await typeOf(gitDirOf(this.#forge, repo), move);
    const { before, after, at } = move;
    const row = { id: this.#forge.nextId('activity'), repo: repo.id, ref, before, after, actor, at, type };
    this.#forge.activity.put(String(row.id), row);
    return row;
  }
}

async function typeOf(gitDir: string, move: Move): Promise<ActivityType> {
  if (move.before === noCommit) return 'branch_creation';
  if (move.after === noCommit) return 'branch_deletion';
  if (move.message === 'pr_merge') return 'pr_merge';
  return (await isAncestor(gitDir, move.before, move.after)) ? 'push' : 'force_push';
}

/** `<old> <new> <name> <mail> <seconds> <zone>\t<message>` */
function parseLine(line: string): Move {
  const [head = '', message = ''] = line.split('\t');
  const [, before = '', after = '', actor = '', seconds = ''] =
    /^(\w{40}) (\w{40}) (.*) <[^>]*> (\d+) [+-]\d+$/.exec(head) ?? [];
  return { before, after, actor, at: isoSeconds(Number(seconds) * 1000), message };
}

function filesBelow(folder: string, root: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path, root) : [relative(root, path)];
  });
}
