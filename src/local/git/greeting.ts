import type { IncomingMessage, ServerResponse } from 'node:http';
import { git } from '../../base/git.ts';
import { type Forge, gitDirOf, type RepositoryRow } from '../data.ts';
import { HttpError } from '../host.ts';
import type { GitRequest } from './serve.ts';

/*
 * In git's protocol 2 a server greets a fetch with what it can do; refs are asked for afterwards (gitprotocol-v2(5)).
 * The greeting is the same for ever, so git is asked once: every look at a head would spend two processes on it.
 */

/** Whether a request asks for nothing but the greeting. */
export function isGreeting({ rest, service }: GitRequest, { headers }: IncomingMessage): boolean {
  return rest === 'info/refs' && service === 'git-upload-pack' && headers['git-protocol'] === 'version=2';
}

/** The greeting of a repository, from git's own mouth. */
export function makeGreetings(forge: Forge): (repo: RepositoryRow) => Promise<string> {
  const known = new Map<number, string>();
  return async (repo) => {
    const said = known.get(repo.id);
    if (said !== undefined) return said;
    const folder = gitDirOf(forge, repo);
    const { code, stdout } = await git(['upload-pack', '--stateless-rpc', '--advertise-refs', folder], {
      cwd: folder,
      env: { GIT_PROTOCOL: 'version=2' },
    });
    if (code !== 0) throw new HttpError(500, 'git upload-pack gave no answer');
    known.set(repo.id, stdout);
    return stdout;
  };
}

/** Headers of every answer of git: nobody on the way keeps it. */
export const notKept = {
  Expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  Pragma: 'no-cache',
  'Cache-Control': 'no-cache, max-age=0, must-revalidate',
};

/** Answers with it. */
export function greet(greeting: string, response: ServerResponse): void {
  const type = 'application/x-git-upload-pack-advertisement';
  response.writeHead(200, { ...notKept, 'Content-Type': type }).end(greeting);
}
