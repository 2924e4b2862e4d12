import type { PullPart, RepositoryRow } from '../data.ts';
import { gitDirOf } from '../data.ts';
import { read } from '../git/repository.ts';
import { HttpError } from '../host.ts';
import type { Works } from '../works.ts';
import type { LineComment } from './rows.ts';

export interface LineWish {
  path: string;
  line: number;
  body: string;
}

/** What is said of lines, each at its place in the difference of a pull request: nothing else of a file can be spoken of. */
export async function atTheirPlaces(
  { forge }: Works,
  repo: RepositoryRow,
  { pull, commit }: { pull: PullPart; commit: string },
  wishes: readonly LineWish[],
): Promise<LineComment[]> {
  const placed: LineComment[] = [];
  for (const wish of wishes) {
    const range = `${pull.baseSha}...${commit}`;
    const diff = await read(gitDirOf(forge, repo), 'diff', '--no-renames', '-U3', range, '--', wish.path);
    if (!diff) throw refuse('Path could not be resolved');
    const place = placeOf(diff, wish.line);
    if (!place) throw refuse('Line could not be resolved');
    placed.push({ id: forge.nextId('line-comment'), ...wish, ...place });
  }
  return placed;
}

const refuse = (words: string): HttpError => new HttpError(422, 'Unprocessable Entity', [words]);

/** Where a line of the new file stands in a difference; null where it is in no part of it. */
function placeOf(diff: string, line: number): { hunk: string; position: number } | null {
  const body = diff.slice(diff.search(/^@@ /m)).split('\n');
  let [at, hunk] = [0, [] as string[]];
  for (const [position, text] of body.entries()) {
    const header = /^@@ -\S+ \+(\d+)/.exec(text);
    if (header) [at, hunk] = [Number(header[1]) - 1, []];
    hunk.push(text);
    if (header || !/^[+ ]/.test(text)) continue;
    at += 1;
    if (at === line) return { hunk: hunk.join('\n'), position };
  }
  return null;
}
