import type { AppRow, Forge, InstallationRow, RepositoryRow } from './data.ts';
import { fullNameOf, repositoryById } from './data.ts';
import { nodeId, userJson } from './people.ts';
import { installationJson } from './shapes/app.ts';
import type { Works } from './works.ts';

/** One installation for each app and account; a second repository joins the first one's. */
export function install(works: Works, app: AppRow, repo: RepositoryRow): number {
  const { forge } = works;
  const known = installationOf(forge, app, repo.owner);
  if (known?.repositories.includes(repo.id)) return known.id;
  const now = forge.now();
  const fresh = {
    id: forge.nextId('installation'),
    app: app.id,
    account: repo.owner,
    repositories: [],
    created: now,
  };
  const row = { ...(known ?? fresh), updated: now };
  const grown = { ...row, repositories: [...row.repositories, repo.id] };
  forge.installations.put(String(row.id), grown);
  if (known) tellChange(works, app, grown, { added: [repo], removed: [] });
  else tellLife(works, app, grown, 'created');
  return row.id;
}

export function uninstall(works: Works, app: AppRow, repo: RepositoryRow): void {
  const { forge } = works;
  const row = installationOf(forge, app, repo.owner);
  if (!row?.repositories.includes(repo.id)) return;
  const rest = {
    ...row,
    repositories: row.repositories.filter((id) => id !== repo.id),
    updated: forge.now(),
  };
  if (rest.repositories.length > 0) {
    forge.installations.put(String(row.id), rest);
    tellChange(works, app, rest, { added: [], removed: [repo] });
    return;
  }
  forge.installations.delete(String(row.id));
  tellLife(works, app, row, 'deleted');
}

export const installationOf = (forge: Forge, app: AppRow, account: string): InstallationRow | undefined =>
  forge.installations
    .values()
    .find((row) => row.app === app.id && row.account.toLowerCase() === account.toLowerCase());

function tellLife(
  { forge, webhooks }: Works,
  app: AppRow,
  row: InstallationRow,
  action: 'created' | 'deleted',
): void {
  webhooks.emitToApp(app, row, 'installation', {
    action,
    installation: installationJson(forge, app, row),
    repositories: row.repositories.map((id) => briefly(repositoryById(forge, id))),
    sender: userJson(forge, row.account),
  });
}

function tellChange(
  { forge, webhooks }: Works,
  app: AppRow,
  row: InstallationRow,
  change: { added: RepositoryRow[]; removed: RepositoryRow[] },
): void {
  webhooks.emitToApp(app, row, 'installation_repositories', {
    action: change.added.length > 0 ? 'added' : 'removed',
    installation: installationJson(forge, app, row),
    repository_selection: 'selected',
    repositories_added: change.added.map(briefly),
    repositories_removed: change.removed.map(briefly),
    requester: null,
    sender: userJson(forge, row.account),
  });
}

function briefly(repo: RepositoryRow): Record<string, unknown> {
  const node_id = nodeId('Repository', repo.id);
  return { id: repo.id, node_id, name: repo.name, full_name: fullNameOf(repo), private: repo.private };
}
