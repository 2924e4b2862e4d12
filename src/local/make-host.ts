import { mkdirSync } from 'node:fs';
import { access } from './access.ts';
import { findRepository, fullNameOf, gitDirOf } from './data.ts';
import type { Host } from './host.ts';
import { notFound } from './http.ts';
import { mintJobToken } from './identity.ts';
import { saveCheck } from './judged/checks.ts';
import { userJson } from './people.ts';
import { repositoryJson } from './shapes/repository.ts';
import type { Works } from './works.ts';

/** What Actions sees of the forge. */
export function makeHost(works: Works): Host {
  const { forge, webhooks, misbehaviour } = works;
  const repositoryNamed = (fullName: string) => {
    const repo = findRepository(forge, fullName);
    if (!repo) throw notFound();
    return repo;
  };
  const dataFolder = `${forge.dataFolder}/actions`;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  return {
    clock: forge.clock,
    random: forge.random,
    log: forge.log,
    dataFolder,
    url: () => forge.origin,
    table: (name) => forge.tables.table(`actions-${name}`),
    nextId: (counter) => forge.tables.nextId(`actions-${counter}`, 1),
    repository(which) {
      const repo =
        typeof which === 'number' ? forge.repositories.get(String(which)) : findRepository(forge, which);
      if (!repo) return undefined;
      const { id, defaultBranch } = repo;
      return {
        id,
        full_name: fullNameOf(repo),
        default_branch: defaultBranch,
        gitDir: gitDirOf(forge, repo),
      };
    },
    userJson: (login) => userJson(forge, login),
    repositoryJson: (fullName) => repositoryJson(forge, repositoryNamed(fullName)),
    authorize: (c, fullName, permission, level) => access(forge, c, fullName, { permission, level }).actor,
    mintJobToken: (fullName, permissions) => mintJobToken(forge, repositoryNamed(fullName).id, permissions),
    revokeJobToken: (token) => forge.tokens.delete(token),
    emit: (fullName, event, payload, sender) =>
      webhooks.emit(repositoryNamed(fullName), event, payload, sender),
    showCheck(fullName, check, sender) {
      const repo = repositoryNamed(fullName);
      const output = { title: null, summary: null, text: null };
      const row = { ...check, repo: repo.id, app: 'github-actions', externalId: String(check.id), output };
      saveCheck(works, repo, row, sender);
    },
    misbehave: (name) =>
      misbehaviour.take({ name, by: null, body: '', refs: [] }, ['ignore']) ? 'before' : 'none',
  };
}
