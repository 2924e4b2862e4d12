import type { AppRow, Forge, InstallationRow } from '../data.ts';
import { nodeId, userJson, userOf } from '../people.ts';

/** GitHub's `integration`, as issues and comments made through an app carry it. */
export function appJson(forge: Forge, app: AppRow): Record<string, unknown> {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    owner: userJson(forge, app.owner),
    name: app.name,
    description: null,
    external_url: `${forge.origin}/apps/${app.slug}`,
    html_url: `${forge.origin}/apps/${app.slug}`,
    created_at: app.created,
    updated_at: app.created,
    permissions: { ...app.permissions },
    events: [...app.events],
  };
}

/** The app through which something was made, or null. */
export function throughApp(forge: Forge, slug: string | null): Record<string, unknown> | null {
  const app = slug === null ? undefined : forge.apps.values().find((row) => row.slug === slug);
  return app ? appJson(forge, app) : null;
}

export function installationJson(forge: Forge, app: AppRow, row: InstallationRow): Record<string, unknown> {
  const account = userOf(forge, row.account);
  const url = `${forge.origin}/api/v3`;
  return {
    id: row.id,
    account: userJson(forge, row.account),
    repository_selection: 'selected',
    access_tokens_url: `${url}/app/installations/${row.id}/access_tokens`,
    repositories_url: `${url}/installation/repositories`,
    html_url: `${forge.origin}/settings/installations/${row.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type === 'Organization' ? 'Organization' : 'User',
    permissions: { ...app.permissions },
    events: [...app.events],
    created_at: row.created,
    updated_at: row.updated,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  };
}
