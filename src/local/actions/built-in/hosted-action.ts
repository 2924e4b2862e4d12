import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../../../base/git.ts';
import type { Host } from '../../host.ts';
import { readActionFile } from '../action-file.ts';
import { type Named, namedAction } from '../action-name.ts';
import { type Session, type Stage, StepFailure } from '../session.ts';
import { treeOf } from '../tree.ts';
import type { Step, UsesStep } from '../workflow.ts';
import { runAction } from './local-action.ts';

/** Where a commit of an action's repository lies: on this server, and public or the job's own, as on GitHub. */
export type FindAction = (named: Named) => Promise<{ gitDir: string; sha: string }>;

/** @throws StepFailure in GitHub's words, where there is none */
export function actionFinder(host: Pick<Host, 'repository' | 'repositoryJson'>, own: string): FindAction {
  return async ({ repository, folder, ref }) => {
    const facts = host.repository(repository);
    const isOwn = facts?.full_name.toLowerCase() === own.toLowerCase();
    if (!facts || (!isOwn && host.repositoryJson(facts.full_name).private !== false))
      throw new StepFailure(`Unable to resolve action. Repository not found: ${repository}`);
    const sha = await commitOf(facts.gitDir, ref);
    const uses = `${repository}${folder === '' ? '' : `/${folder}`}@${ref}`;
    if (!sha)
      throw new StepFailure(`Unable to resolve action \`${uses}\`, unable to find version \`${ref}\``);
    return { gitDir: facts.gitDir, sha };
  };
}

async function commitOf(gitDir: string, ref: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{40}$/.test(ref)) return (await treeOf(gitDir).resolve(ref))?.sha;
  const found = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { cwd: gitDir });
  return found.code === 0 ? ref : undefined;
}

/** Brings the actions of these steps onto the machine, as GitHub does before the first step. @throws StepFailure */
export async function bringActions(session: Session, steps: readonly Step[]): Promise<void> {
  for (const step of steps)
    if (step.kind === 'uses' && step.action === 'hosted') await brought(session, step.uses);
}

/** The folder of an action's files, brought once for a job. */
async function brought(session: Session, uses: string): Promise<string> {
  const named = namedAction(uses);
  if (!named) throw new StepFailure(`${uses} is no action`);
  const { folders, findAction, log } = session.parts;
  const { gitDir, sha } = await findAction(named);
  const root = join(folders.root, '_actions', named.repository, sha);
  if (mkdirSync(root, { recursive: true, mode: 0o700 }) !== undefined) {
    log.write(`Download action repository '${named.repository}@${named.ref}' (SHA:${sha})`);
    const env = { GIT_INDEX_FILE: `${root}.index` };
    for (const args of [
      ['read-tree', sha],
      ['checkout-index', '--all'],
    ]) {
      const { code, stderr } = await git([`--git-dir=${gitDir}`, `--work-tree=${root}`, ...args], {
        cwd: root,
        env,
      });
      if (code !== 0) throw new StepFailure(`git ${args[0]}: ${stderr.trim()}`);
    }
  }
  return join(root, named.folder);
}

/** `uses: owner/name@ref`: an action of a repository on this server. */
export async function hostedAction(
  stage: Stage,
  step: UsesStep,
  given: Record<string, string>,
): Promise<void> {
  const folder = await brought(stage.session, step.uses);
  const { repository = '', ref = '' } = namedAction(step.uses) ?? {};
  const about = { GITHUB_ACTION_REPOSITORY: repository, GITHUB_ACTION_REF: ref };
  await runAction(stage, step, { folder, action: readActionFile(folder, step.uses), given, about });
}
