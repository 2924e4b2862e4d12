import type { Forge, RepositoryRow } from '../data.ts';
import { gitDirOf } from '../data.ts';
import { read, readBytes, resolveCommit } from '../git/repository.ts';
import { HttpError } from '../host.ts';
import type { Call, Route } from '../http.ts';
import { notFound, unsupported } from '../http.ts';
import { repositoryPage, repositoryUrl } from '../shapes/repository.ts';
import type { Works } from '../works.ts';

interface Entry {
  mode: string;
  type: string;
  sha: string;
  size: number;
  path: string;
}

const need = { permission: 'contents', level: 'read' } as const;
/** Above this GitHub sends no content but in the raw representation. */
const largestInline = 1024 * 1024;
const typesByMode: Record<string, string> = { '040000': 'dir', '120000': 'symlink', '160000': 'submodule' };

/** Files and folders at a commit; a file also raw. */
export function mountContentRoutes(route: Route, works: Works): void {
  const contents = async (call: Call<unknown>, path: string): Promise<Response> => {
    const { repo } = call.access(need);
    const ref = call.query('ref') ?? repo.defaultBranch;
    const sha = await resolveCommit(gitDirOf(works.forge, repo), ref);
    if (!sha) throw missingRef(call, ref);
    const wanted = path.replace(/\/+$/, '');
    return wanted === '' ? folder(call, repo, sha, '', ref) : entry(call, repo, sha, wanted, ref);
  };
  // Octokit leaves out an empty path with its slash.
  route('GET /repos/:owner/:repo/contents', { query: ['ref'] }, (call) => contents(call, ''));
  route('GET /repos/:owner/:repo/contents/:path{.*}', { query: ['ref'] }, (call) =>
    contents(call, call.param('path')),
  );
}

function missingRef(call: Call<unknown>, ref: string): HttpError {
  const empty = call.query('ref') === undefined;
  return new HttpError(404, empty ? 'This repository is empty.' : `No commit found for the ref ${ref}`);
}

async function entry(
  call: Call<unknown>,
  repo: RepositoryRow,
  sha: string,
  path: string,
  ref: string,
): Promise<Response> {
  const gitDir = gitDirOf(call.forge, repo);
  const found = (await list(gitDir, sha, path)).find((one) => one.path === path);
  if (!found) throw notFound();
  if (found.type === 'tree') return folder(call, repo, sha, `${path}/`, ref);
  if (found.mode !== '100644' && found.mode !== '100755') throw unsupported(`contents of mode ${found.mode}`);
  const bytes = (await readBytes(gitDir, 'cat-file', 'blob', found.sha)) ?? Buffer.alloc(0);
  if (call.c.req.header('accept')?.includes('raw')) {
    return call.c.body(new Uint8Array(bytes), 200, {
      'Content-Type': 'application/vnd.github.raw; charset=utf-8',
    });
  }
  const inline = bytes.length <= largestInline;
  const content = inline ? bytes.toString('base64').replace(/.{60}/g, '$&\n') : '';
  const json = entryJson(call.forge, repo, found, ref);
  return call.c.json({ ...json, content: content && `${content}\n`, encoding: inline ? 'base64' : 'none' });
}

async function folder(
  call: Call<unknown>,
  repo: RepositoryRow,
  sha: string,
  prefix: string,
  ref: string,
): Promise<Response> {
  const entries = await list(gitDirOf(call.forge, repo), sha, prefix);
  return call.c.json(entries.map((one) => entryJson(call.forge, repo, one, ref)));
}

async function list(gitDir: string, sha: string, path: string): Promise<Entry[]> {
  const args = ['--literal-pathspecs', 'ls-tree', '-z', '--long', '--full-tree', sha];
  const text = (await read(gitDir, ...args, ...(path === '' ? [] : ['--', path]))) ?? '';
  return text
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [facts = '', name = ''] = line.split('\t');
      const [mode = '', type = '', object = '', size = ''] = facts.split(/ +/);
      return { mode, type, sha: object, size: Number(size) || 0, path: name };
    });
}

function entryJson(forge: Forge, repo: RepositoryRow, entry: Entry, ref: string): Record<string, unknown> {
  const type = typesByMode[entry.mode] ?? 'file';
  const path = encodeURI(entry.path);
  const url = `${repositoryUrl(forge, repo)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${repositoryUrl(forge, repo)}/git/${type === 'dir' ? 'trees' : 'blobs'}/${entry.sha}`;
  const html = `${repositoryPage(forge, repo)}/${type === 'dir' ? 'tree' : 'blob'}/${ref}/${path}`;
  return {
    name: entry.path.split('/').at(-1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size,
    url,
    html_url: html,
    git_url: git,
    download_url: null,
    type,
    _links: { self: url, git, html },
  };
}
