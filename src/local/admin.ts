import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { git } from "../base/git.ts";
import type { AppRow, DeliveryRow, Forge, InstallationRow, RepositoryRow, Role, UserRow } from "./data.ts";
import { fullNameOf, gitDirOf, repositoryById } from "./data.ts";
import { initRepository, moverEnvironment, refValue } from "./git/repository.ts";
import type { Permissions } from "./host.ts";
import { appBySlug } from "./identity.ts";
import { repositoryNamed } from "./named.ts";
import { findUser, userJson } from "./people.ts";
import type { Works } from "./server.ts";
import { installationJson } from "./shapes/app.ts";

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
  createUser(login: string, type?: "User" | "Organization"): string;
  /** The owner is made as an organization if there is none. */
  createRepository(
    fullName: string,
    options?: { private?: boolean; defaultBranch?: string; description?: string },
  ): Promise<void>;
  setPermission(repository: string, login: string, role: Role | "none"): void;
  /** `privateKey` is PEM (PKCS #1), as GitHub hands it out. */
  createApp(app: NewApp): Promise<{ id: number; slug: string; privateKey: string; webhookSecret: string }>;
  /** Installs an app on one more repository; answers the installation's id. Sends `installation` or `installation_repositories`. */
  installApp(slug: string, repository: string): number;
  uninstallApp(slug: string, repository: string): void;
  updateWebhookUrl(slug: string, url: string): void;
  /** Commits files on a branch (made if need be), as a push by `by` would; a null content deletes. Answers the commit. */
  commit(
    repository: string,
    commit: { files: Record<string, string | null>; branch?: string; message?: string; by?: string },
  ): Promise<string>;
  /** Every value that a ref ever had, custom refs too, oldest first; 40 zeros where it was deleted. */
  refHistory(repository: string, ref: string): { sha: string; actor: string; at: string }[];
  /** The bare repository on disk. */
  gitDir(repository: string): string;
  /** The delivery log of an app, oldest first. */
  deliveries(slug: string): DeliveryRow[];
}

export function makeAdmin(works: Works): Admin {
  return { ...peopleVerbs(works), ...appVerbs(works), ...gitVerbs(works) };
}

/** GitHub's own app, as which job tokens act; ids as on github.com. */
export function seedBuiltIns(forge: Forge): void {
  if (findUser(forge, "github-actions[bot]")) return;
  addUser(forge, "github", "Organization");
  addUser(forge, "github-actions[bot]", "Bot", 41_898_282);
  const built: AppRow = {
    id: 15_368,
    slug: "github-actions",
    name: "GitHub Actions",
    owner: "github",
    events: [],
    permissions: {},
    publicKey: "",
    webhookUrl: null,
    webhookSecret: "",
    created: forge.now(),
  };
  forge.apps.put(String(built.id), built);
}

function peopleVerbs(works: Works): Pick<Admin, "createUser" | "createRepository" | "setPermission"> {
  const { forge } = works;
  return {
    createUser(login, type = "User") {
      addUser(forge, login, type);
      const known = forge.tokens.values().find((row) => row.kind === "personal" && row.login === login);
      if (known) return known.token;
      const token = `ghp_${forge.random.hex(18)}`;
      forge.tokens.put(token, { kind: "personal", token, login });
      return token;
    },
    async createRepository(fullName, options = {}) {
      const [owner = "", name = ""] = fullName.split("/");
      const account = addUser(forge, owner, "Organization");
      const now = forge.now();
      const row: RepositoryRow = {
        id: forge.nextId("repository"),
        owner: account.login,
        name,
        private: options.private ?? false,
        archived: false,
        description: options.description ?? null,
        defaultBranch: options.defaultBranch ?? "main",
        collaborators: {},
        formerNames: [],
        created: now,
        updated: now,
        pushed: now,
      };
      await initRepository(gitDirOf(forge, row), row.defaultBranch);
      forge.repositories.put(String(row.id), row);
    },
    setPermission(repository, login, role) {
      const row = repositoryNamed(forge, repository);
      if (!findUser(forge, login)) throw new Error(`the embedded GitHub has no user ${login}`);
      const { [login.toLowerCase()]: _, ...others } = row.collaborators;
      const collaborators = role === "none" ? others : { ...others, [login.toLowerCase()]: role };
      forge.repositories.put(String(row.id), { ...row, collaborators });
    },
  };
}

function addUser(forge: Forge, login: string, type: UserRow["type"], id?: number): UserRow {
  const known = findUser(forge, login);
  if (known) return known;
  const user = { login, id: id ?? forge.nextId("user"), type, created: forge.now() };
  forge.users.put(login.toLowerCase(), user);
  return user;
}

type AppVerbs = Pick<Admin, "createApp" | "installApp" | "uninstallApp" | "updateWebhookUrl" | "deliveries">;

function appVerbs(works: Works): AppVerbs {
  const { forge } = works;
  return {
    async createApp({ slug, name = slug, owner = "github", events, permissions, webhookUrl, webhookSecret }) {
      addUser(forge, owner, "Organization");
      addUser(forge, `${slug}[bot]`, "Bot");
      const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", {
        modulusLength: 2048,
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs1", format: "pem" },
      });
      const id = forge.nextId("app");
      const row = {
        id,
        slug,
        name,
        owner,
        events,
        permissions: { metadata: "read", ...permissions } as const,
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
      forge.apps.put(String(app.id), { ...app, webhookUrl: url });
    },
    deliveries(slug) {
      const app = appBySlug(forge, slug);
      return forge.deliveries.values().filter((row) => row.app === app.id);
    },
  };
}

/** One installation for each app and account; a second repository joins the first one's. */
function install(works: Works, app: AppRow, repo: RepositoryRow): number {
  const { forge } = works;
  const known = installationOf(forge, app, repo.owner);
  if (known?.repositories.includes(repo.id)) return known.id;
  const now = forge.now();
  const fresh = {
    id: forge.nextId("installation"),
    app: app.id,
    account: repo.owner,
    repositories: [],
    created: now,
  };
  const row = { ...(known ?? fresh), updated: now };
  const grown = { ...row, repositories: [...row.repositories, repo.id] };
  forge.installations.put(String(row.id), grown);
  if (known) tellChange(works, app, grown, { added: [repo], removed: [] });
  else tellLife(works, app, grown, "created");
  return row.id;
}

function uninstall(works: Works, app: AppRow, repo: RepositoryRow): void {
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
  tellLife(works, app, row, "deleted");
}

export const installationOf = (forge: Forge, app: AppRow, account: string): InstallationRow | undefined =>
  forge.installations
    .values()
    .find((row) => row.app === app.id && row.account.toLowerCase() === account.toLowerCase());

function tellLife(
  { forge, webhooks }: Works,
  app: AppRow,
  row: InstallationRow,
  action: "created" | "deleted",
): void {
  webhooks.emitToApp(app, row, "installation", {
    action,
    installation: installationJson(forge, app, row),
    repositories: row.repositories.map((id) => briefly(repositoryById(forge, id))),
    ...(action === "created" ? { requester: null } : {}),
    sender: userJson(forge, row.account),
  });
}

function tellChange(
  { forge, webhooks }: Works,
  app: AppRow,
  row: InstallationRow,
  change: { added: RepositoryRow[]; removed: RepositoryRow[] },
): void {
  webhooks.emitToApp(app, row, "installation_repositories", {
    action: change.added.length > 0 ? "added" : "removed",
    installation: installationJson(forge, app, row),
    repository_selection: "selected",
    repositories_added: change.added.map(briefly),
    repositories_removed: change.removed.map(briefly),
    requester: null,
    sender: userJson(forge, row.account),
  });
}

function briefly(repo: RepositoryRow): Record<string, unknown> {
  const node_id = Buffer.from(`010:Repository${repo.id}`).toString("base64");
  return { id: repo.id, node_id, name: repo.name, full_name: fullNameOf(repo), private: repo.private };
}

function gitVerbs(works: Works): Pick<Admin, "commit" | "refHistory" | "gitDir"> {
  const { forge } = works;
  return {
    async commit(repository, { files, branch, message = "Change files", by }) {
      const repo = repositoryNamed(forge, repository);
      const ref = `refs/heads/${branch ?? repo.defaultBranch}`;
      const who = by ?? repo.owner;
      const gitDir = gitDirOf(forge, repo);
      const input = fastImport(ref, await refValue(gitDir, ref), files, message, who, forge.clock.now());
      const env = moverEnvironment(who, forge.clock.now());
      const result = await git(["fast-import", "--quiet", "--date-format=raw"], { cwd: gitDir, input, env });
      if (result.code !== 0) throw new Error(`git fast-import: ${result.stderr}`);
      await works.refsMoved(repo, [ref], who);
      return (await refValue(gitDir, ref)) ?? "";
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
  return `commit ${ref}\nauthor ${person}\ncommitter ${person}\n${data(message)}${parent ? `from ${parent}\n` : ""}${changes.join("")}\ndone\n`;
}
