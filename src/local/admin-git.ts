import { git } from '../base/git.ts';
import type { Admin } from './admin.ts';
import { gitDirOf } from './data.ts';
import { moverEnvironment, refValue } from './git/repository.ts';
import { repositoryNamed } from './named.ts';
import type { Works } from './works.ts';

/** What is done to a repository's git side by hand. */
export function gitVerbs(works: Works): Pick<Admin, 'commit' | 'refHistory' | 'gitDir'> {
  const { forge } = works;
  return {
    async commit(repository, { files, branch, message = 'Change files', by }) {
      const repo = repositoryNamed(forge, repository);
      const ref = `refs/heads/${branch ?? repo.defaultBranch}`;
      const who = by ?? repo.owner;
      const gitDir = gitDirOf(forge, repo);
      const env = moverEnvironment(who, forge.clock.now());
      for (let tries = 1; ; tries++) {
        const input = fastImport(ref, await refValue(gitDir, ref), files, message, who, forge.clock.now());
        const result = await git(['fast-import', '--quiet', '--date-format=raw'], {
          cwd: gitDir,
          input,
          env,
        });
        if (result.code === 0) break;
        // Somebody pushed in between: once more, on what is there now.
        const isOvertaken = result.stderr.includes('Not updating') && tries < 10;
        if (!isOvertaken) throw new Error(`git fast-import: ${result.stderr}`);
      }
      const after = (await refValue(gitDir, ref)) ?? '';
      await works.refsMoved(repo, [{ ref, after }], who);
      return after;
    },
    refHistory(repository, ref) {
      const { id } = repositoryNamed(forge, repository);
      const rows = forge.activity.values().filter((row) => row.repo === id && row.ref === ref);
      return rows.map(({ after, actor, at }) => ({ sha: after, actor, at }));
    },
    gitDir: (repository) => gitDirOf(forge, repositoryNamed(forge, repository)),
  };
}

function fastImport(
  ref: string,
  parent: string | undefined,
  files: Record<string, string | null>,
  message: string,
  who: string,
  atMs: number,
): string {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const person = `${who} <${who}@users.noreply.github.com> ${Math.floor(atMs / 1000)} +0000`;
  const changes = Object.entries(files).map(([path, content]) =>
    content === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(content)}`,
  );
  return `commit ${ref}\nauthor ${person}\ncommitter ${person}\n${data(message)}${parent ? `from ${parent}\n` : ''}${changes.join('')}\ndone\n`;
}
