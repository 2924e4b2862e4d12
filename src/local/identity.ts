import type { AppRow, Forge, InstallationRow } from './data.ts';
import type { Actor, Permissions } from './host.ts';
import { HttpError } from './host.ts';
import { verifyAppToken } from './jwt.ts';
import { actorOf } from './people.ts';

/** Who asks, by the credential that came with the request. */
export type Identity =
  | { kind: 'anonymous' }
  | {
      kind: 'user';
      actor: Actor;
      /** By a token that an app got in the web flow, which here says who they are and opens nothing else. */
      throughApp: boolean;
    }
  | { kind: 'app'; app: AppRow }
  | {
      /** An app's installation, or a job's `GITHUB_TOKEN`: the latter is the installation of GitHub's own app. */
      kind: 'integration';
      actor: Actor;
      app: AppRow;
      permissions: Permissions;
      repositories: number[];
      installation: InstallationRow | undefined;
      job: boolean;
    };

const hourMs = 60 * 60 * 1000;
/** A job's token ends with its job, and after 24 hours at the latest (a machine of GitHub's own has six for a job). */
const jobTokenMs = 24 * hourMs;

/** Reads an `Authorization` header: `token X`, `Bearer X`, or basic with the token as password. */
export function identify(forge: Forge, header: string | undefined): Identity {
  if (!header) return { kind: 'anonymous' };
  const [scheme = '', value = ''] = header.split(/ +/, 2);
  if (/^basic$/i.test(scheme)) return fromToken(forge, passwordOf(value));
  if (!/^(token|bearer)$/i.test(scheme)) throw badCredentials();
  if (/^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(value)) return { kind: 'app', app: verifyAppToken(forge, value) };
  return fromToken(forge, value);
}

/** An installation's token: one hour, as narrow as it was asked for. Long and with dots, as GitHub's stateless ones. */
export function mintInstallationToken(
  forge: Forge,
  installation: InstallationRow,
  permissions: Permissions,
  repositories: number[] | null,
): { token: string; expires: number } {
  const token = `ghs_${installation.app}_${forge.random.hex(20)}.${forge.random.hex(180)}.${forge.random.hex(40)}`;
  const expires = forge.clock.now() + hourMs;
  forge.tokens.put(token, {
    kind: 'installation',
    token,
    installation: installation.id,
    permissions,
    repositories,
    expires,
  });
  return { token, expires };
}

/** A `GITHUB_TOKEN` for one job. */
export function mintJobToken(
  forge: Forge,
  repository: number,
  permissions: Permissions,
): { token: string; revoke(): void } {
  const token = `ghs_${forge.random.hex(20)}.${forge.random.hex(180)}.${forge.random.hex(40)}`;
  forge.tokens.put(token, {
    kind: 'job',
    token,
    repository,
    permissions,
    expires: forge.clock.now() + jobTokenMs,
  });
  return { token, revoke: () => forge.tokens.delete(token) };
}

export const notByIntegration = (): HttpError => new HttpError(403, 'Resource not accessible by integration');

const badCredentials = (): HttpError => new HttpError(401, 'Bad credentials');

function fromToken(forge: Forge, token: string): Identity {
  const row = forge.tokens.get(token);
  if (!row) throw badCredentials();
  if (row.kind === 'personal') return { kind: 'user', actor: actorOf(forge, row.login), throughApp: false };
  if (row.expires <= forge.clock.now()) throw badCredentials();
  if (row.kind === 'user') return { kind: 'user', actor: actorOf(forge, row.login), throughApp: true };
  return row.kind === 'job' ? jobIdentity(forge, row) : installationIdentity(forge, row);
}

function jobIdentity(forge: Forge, row: { repository: number; permissions: Permissions }): Identity {
  const app = appBySlug(forge, 'github-actions');
  const actor = actorOf(forge, `${app.slug}[bot]`);
  const { permissions, repository } = row;
  return {
    kind: 'integration',
    actor,
    app,
    permissions,
    repositories: [repository],
    installation: undefined,
    job: true,
  };
}

function installationIdentity(
  forge: Forge,
  row: { installation: number; permissions: Permissions; repositories: number[] | null },
): Identity {
  const installation = forge.installations.get(String(row.installation));
  if (!installation) throw badCredentials();
  const app = forge.apps.get(String(installation.app));
  if (!app) throw badCredentials();
  const reach =
    row.repositories?.filter((id) => installation.repositories.includes(id)) ?? installation.repositories;
  return {
    kind: 'integration',
    actor: actorOf(forge, `${app.slug}[bot]`),
    app,
    permissions: row.permissions,
    repositories: reach,
    installation,
    job: false,
  };
}

export function appBySlug(forge: Forge, slug: string): AppRow {
  const app = forge.apps.values().find((row) => row.slug === slug);
  if (!app) throw new HttpError(404, 'Not Found');
  return app;
}

/** git sends the token as password; `https://TOKEN@host` sends it as user. */
function passwordOf(basic: string): string {
  const [user = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  const password = rest.join(':');
  return password === '' || password === 'x-oauth-basic' ? user : password;
}
