import { z } from 'zod';
import { isoSeconds } from '../../base/clock.ts';
import type { AppRow, Forge, InstallationRow } from '../data.ts';
import { findRepository, repositoryById } from '../data.ts';
import type { Permissions } from '../host.ts';
import { HttpError } from '../host.ts';
import type { Call, Route } from '../http.ts';
import { notFound, page, pageQuery, paginate } from '../http.ts';
import { appBySlug, identify, mintInstallationToken, notByIntegration } from '../identity.ts';
import { installationOf } from '../installations.ts';
import { appJson, installationJson } from '../shapes/app.ts';
import { repositoryJson } from '../shapes/repository.ts';
import type { Works } from '../works.ts';

const narrowing = z.strictObject({
  repositories: z.array(z.string()).max(500).optional(),
  repository_ids: z.array(z.number().int()).max(500).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write'])).optional(),
});

/** The app that asks by its JSON web token; no other credential opens these routes. */
export function askingApp(call: Call<unknown>): AppRow {
  const identity = identify(call.forge, call.c.req.header('authorization'));
  if (identity.kind !== 'app') throw new HttpError(401, 'A JSON web token could not be decoded');
  return identity.app;
}

export function mountAppRoutes(route: Route, works: Works): void {
  const { forge } = works;
  const installationsOf = (app: AppRow) => forge.installations.values().filter((row) => row.app === app.id);
  route('GET /app', {}, (call) => {
    const app = askingApp(call);
    return call.c.json({ ...appJson(forge, app), installations_count: installationsOf(app).length });
  });
  route('GET /apps/:slug', {}, (call) => call.c.json(appJson(forge, appBySlug(forge, call.param('slug')))));
  route('GET /app/installations', { query: pageQuery }, (call) => {
    const app = askingApp(call);
    return page(call.c, installationsOf(app), (row) => installationJson(forge, app, row));
  });
  route('GET /app/installations/:installation', {}, (call) => {
    const app = askingApp(call);
    return call.c.json(installationJson(forge, app, installationNumbered(call, app)));
  });
  route('GET /repos/:owner/:repo/installation', {}, (call) => {
    const app = askingApp(call);
    const repo = findRepository(forge, `${call.param('owner')}/${call.param('repo')}`);
    const row = repo && installationOf(forge, app, repo.owner);
    if (!repo || !row?.repositories.includes(repo.id)) throw notFound();
    return call.c.json(installationJson(forge, app, row));
  });
  route('POST /app/installations/:installation/access_tokens', { body: narrowing }, (call) => {
    const app = askingApp(call);
    const row = installationNumbered(call, app);
    const permissions = narrowedPermissions(app, call.body.permissions);
    const repositories = narrowedRepositories(forge, row, call.body);
    const { token, expires } = mintInstallationToken(forge, row, permissions, repositories);
    return call.c.json(
      {
        token,
        expires_at: isoSeconds(expires),
        permissions,
        repository_selection: 'selected',
        ...(repositories
          ? { repositories: repositories.map((id) => repositoryJson(forge, repositoryById(forge, id))) }
          : {}),
      },
      201,
    );
  });
  mountInstallationRoutes(route, works);
}

/** What an installation asks of itself, by its own token. */
function mountInstallationRoutes(route: Route, { forge }: Works): void {
  const asking = (call: Call<unknown>) => {
    const identity = identify(forge, call.c.req.header('authorization'));
    if (identity.kind === 'anonymous') throw new HttpError(401, 'Requires authentication');
    if (identity.kind !== 'integration' || identity.job) throw notByIntegration();
    return identity;
  };
  route('GET /installation/repositories', { query: pageQuery }, (call) => {
    const { repositories } = asking(call);
    const { slice } = paginate(call.c, repositories);
    return call.c.json({
      total_count: repositories.length,
      repository_selection: 'selected',
      repositories: slice.map((id) => repositoryJson(forge, repositoryById(forge, id))),
    });
  });
  route('DELETE /installation/token', {}, (call) => {
    asking(call);
    const [, token = ''] = (call.c.req.header('authorization') ?? '').split(/ +/);
    forge.tokens.delete(token);
    return call.c.body(null, 204);
  });
}

function installationNumbered(call: Call<unknown>, app: AppRow): InstallationRow {
  const row = call.forge.installations.get(String(call.number('installation')));
  if (row?.app !== app.id) throw notFound();
  return row;
}

function narrowedPermissions(app: AppRow, wanted: Permissions | undefined): Permissions {
  if (!wanted) return app.permissions;
  for (const [name, level] of Object.entries(wanted)) {
    const has = app.permissions[name];
    if (has !== 'write' && has !== level) {
      throw new HttpError(422, 'The permissions requested are not granted to this installation.');
    }
  }
  return { metadata: 'read', ...wanted };
}

/** Ids, or null where nothing was narrowed. */
function narrowedRepositories(
  forge: Forge,
  row: InstallationRow,
  wish: { repositories?: string[] | undefined; repository_ids?: number[] | undefined },
): number[] | null {
  if (!wish.repositories && !wish.repository_ids) return null;
  const byName = (wish.repositories ?? []).map(
    (name) => findRepository(forge, `${row.account}/${name}`)?.id ?? -1,
  );
  const ids = [...byName, ...(wish.repository_ids ?? [])];
  if (ids.some((id) => !row.repositories.includes(id))) {
    throw new HttpError(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  }
  return [...new Set(ids)];
}
