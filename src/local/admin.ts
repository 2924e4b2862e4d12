import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { gitVerbs } from './admin-git.ts';
import type { ReviewBy, StatusBy } from './admin-issues.ts';
import { issueVerbs } from './admin-issues.ts';
import type { AppRow, DeliveryRow, Forge, RepositoryRow, Role, UserRow } from './data.ts';
import { findRepository, gitDirOf } from './data.ts';
import { initRepository } from './git/repository.ts';
import type { Permissions } from './host.ts';
import { appBySlug } from './identity.ts';
import { install, uninstall } from './installations.ts';
import { repositoryNamed } from './named.ts';
import { findUser } from './people.ts';
import { checkWebhookUrl } from './webhooks.ts';
import type { Works } from './works.ts';

export interface NewApp {
  slug: string;
  name?: string;
  /** The account it belongs to; made if there is none. Default `github`. */
  owner?: string;
  events: string[];
  permissions: Permissions;
  webhookUrl?: string;
  webhookSecret: string;
}

/** What people do in a browser, as direct calls. Wrong names throw plain errors. */
export interface Admin {
  /** Makes a user (or finds it) and answers a token of its own: good for REST and as git's password. */
  createUser(login: string, type?: 'User' | 'Organization'): string;
  /** The owner is made as an organization if there is none. */
  createRepository(
    fullName: string,
    options?: { private?: boolean; defaultBranch?: string; description?: string },
  ): Promise<void>;
  hasRepository(fullName: string): boolean;
  setPermission(repository: string, login: string, role: Role | 'none'): void;
  /** `privateKey` is PEM (PKCS #1), as GitHub hands it out. */
  createApp(app: NewApp): Promise<{ id: number; slug: string; privateKey: string; webhookSecret: string }>;
  /** Installs an app on one more repository; answers the installation's id. Sends `installation` or `installation_repositories`. */
  installApp(slug: string, repository: string): number;
  uninstallApp(slug: string, repository: string): void;
  updateWebhookUrl(slug: string, url: string): void;
  /** Makes another client secret, by which the app may ask who people are. */
  createClientSecret(slug: string): { clientId: string; clientSecret: string };
  /** Where browsers may be sent back to with a code. */
  updateCallbackUrls(slug: string, urls: string[]): void;
  /** Commits files on a branch (made if need be), as a push by `by` would; a null content deletes. Answers the commit. */
  commit(
    repository: string,
    commit: { files: Record<string, string | null>; branch?: string; message?: string; by?: string },
  ): Promise<string>;
  /** Every value that a ref ever had, custom refs too, oldest first; 40 zeros where it was deleted. */
  refHistory(repository: string, ref: string): { sha: string; actor: string; at: string }[];
  /** The bare repository on disk. */
  gitDir(repository: string): string;
  /** Deletes an issue for good, as `by` (default the owner) does in the browser; it answers 410 from now on. */
  deleteIssue(repository: string, number: number, by?: string): void;
  /** Moves an issue to another repository; answers its number there. The old address redirects. */
  transferIssue(repository: string, number: number, to: string, by?: string): number;
  /** Reviews a pull request, as `by` (default the owner); answers the review's id. */
  review(repository: string, number: number, review: ReviewBy): Promise<number>;
  /** Adds a status to a commit, as another system does by its token. */
  setStatus(repository: string, sha: string, status: StatusBy): Promise<void>;
  /** Gives a repository another name (the part after the slash). The old name redirects, git's too. */
  renameRepository(repository: string, name: string, by?: string): void;
  /** Makes a repository read-only: every change answers 403. */
  archiveRepository(repository: string, by?: string): void;
  /** The delivery log of an app, oldest first. */
  deliveries(slug: string): DeliveryRow[];
}

export function makeAdmin(works: Works): Admin {
  return {
    ...peopleVerbs(works),
    ...appVerbs(works),
    ...oauthVerbs(works),
    ...gitVerbs(works),
    ...issueVerbs(works),
  };
}

/** GitHub's own app, as which job tokens act; ids as on github.com. */
export function seedBuiltIns(forge: Forge): void {
  if (findUser(forge, 'github-actions[bot]')) return;
  addUser(forge, 'github', 'Organization');
  addUser(forge, 'github-actions[bot]', 'Bot', 41_898_282);
  const built: AppRow = {
    id: 15_368,
    slug: 'github-actions',
    name: 'GitHub Actions',
    owner: 'github',
    events: [],
    permissions: {},
    publicKey: '',
    webhookUrl: null,
    webhookSecret: '',
    created: forge.now(),
  };
  forge.apps.put(String(built.id), built);
}

function peopleVerbs(
  works: Works,
): Pick<Admin, 'createUser' | 'createRepository' | 'hasRepository' | 'setPermission'> {
  const { forge } = works;
  return {
    createUser(login, type = 'User') {
      addUser(forge, login, type);
      const known = forge.tokens.values().find((row) => row.kind === 'personal' && row.login === login);
      if (known) return known.token;
      const token = `ghp_${forge.random.hex(18)}`;
      forge.tokens.put(token, { kind: 'personal', token, login });
      return token;
    },
    async createRepository(fullName, options = {}) {
      if (findRepository(forge, fullName)) throw new Error(`there is a repository ${fullName} already`);
      const [owner = '', name = ''] = fullName.split('/');
      const account = addUser(forge, owner, 'Organization');
      const now = forge.now();
      const row: RepositoryRow = {
        id: forge.nextId('repository'),
        owner: account.login,
        name,
        private: options.private ?? false,
        archived: false,
        description: options.description ?? null,
        defaultBranch: options.defaultBranch ?? 'main',
        collaborators: {},
        formerNames: [],
        created: now,
        updated: now,
        pushed: now,
      };
      await initRepository(gitDirOf(forge, row), row.defaultBranch);
      forge.repositories.put(String(row.id), row);
    },
    hasRepository: (fullName) => findRepository(forge, fullName) !== undefined,
    setPermission(repository, login, role) {
      const row = repositoryNamed(forge, repository);
      if (!findUser(forge, login)) throw new Error(`the embedded GitHub has no user ${login}`);
      const { [login.toLowerCase()]: _, ...others } = row.collaborators;
      const collaborators = role === 'none' ? others : { ...others, [login.toLowerCase()]: role };
      forge.repositories.put(String(row.id), { ...row, collaborators });
    },
  };
}

function addUser(forge: Forge, login: string, type: UserRow['type'], id?: number): UserRow {
  const known = findUser(forge, login);
  if (known) return known;
  const user = { login, id: id ?? forge.nextId('user'), type, created: forge.now() };
  forge.users.put(login.toLowerCase(), user);
  return user;
}

type AppVerbs = Pick<Admin, 'createApp' | 'installApp' | 'uninstallApp' | 'updateWebhookUrl' | 'deliveries'>;
type OAuthVerbs = Pick<Admin, 'createClientSecret' | 'updateCallbackUrls'>;

/** Client secrets that an app may have at a time; GitHub keeps no more. */
const secretsMax = 10;

function oauthVerbs({ forge }: Works): OAuthVerbs {
  const oauthOf = (app: AppRow) =>
    app.oauth ?? { clientId: `Iv23li${forge.random.hex(7)}`, secrets: [], callbacks: [] };
  return {
    createClientSecret(slug) {
      const app = appBySlug(forge, slug);
      const oauth = oauthOf(app);
      const clientSecret = forge.random.hex(20);
      const secrets = [...oauth.secrets, clientSecret].slice(-secretsMax);
      forge.apps.put(String(app.id), { ...app, oauth: { ...oauth, secrets } });
      return { clientId: oauth.clientId, clientSecret };
    },
    updateCallbackUrls(slug, callbacks) {
      const app = appBySlug(forge, slug);
      forge.apps.put(String(app.id), { ...app, oauth: { ...oauthOf(app), callbacks } });
    },
  };
}

function appVerbs(works: Works): AppVerbs {
  const { forge } = works;
  return {
    async createApp({ slug, name = slug, owner = 'github', events, permissions, webhookUrl, webhookSecret }) {
      if (forge.apps.values().some((app) => app.slug === slug))
        throw new Error(`there is an app ${slug} already`);
      if (webhookUrl) checkWebhookUrl(webhookUrl);
      addUser(forge, owner, 'Organization');
      addUser(forge, `${slug}[bot]`, 'Bot');
      const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      });
      const id = forge.nextId('app');
      const row = {
        id,
        slug,
        name,
        owner,
        events,
        permissions: { metadata: 'read', ...permissions } as const,
      };
      forge.apps.put(String(id), {
        ...row,
        publicKey,
        webhookUrl: webhookUrl ?? null,
        webhookSecret,
        created: forge.now(),
      });
      return { id, slug, privateKey, webhookSecret };
    },
    installApp: (slug, repository) =>
      install(works, appBySlug(forge, slug), repositoryNamed(forge, repository)),
    uninstallApp: (slug, repository) =>
      uninstall(works, appBySlug(forge, slug), repositoryNamed(forge, repository)),
    updateWebhookUrl(slug, url) {
      const app = appBySlug(forge, slug);
      checkWebhookUrl(url);
      forge.apps.put(String(app.id), { ...app, webhookUrl: url });
    },
    deliveries(slug) {
      const app = appBySlug(forge, slug);
      return forge.deliveries.values().filter((row) => row.app === app.id);
    },
  };
}
