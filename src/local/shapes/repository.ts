import type { Forge, RepositoryRow } from '../data.ts';
import { fullNameOf } from '../data.ts';
import { nodeId, userJson } from '../people.ts';

/** Paths below a repository's API address, by the field that names them. */
const addresses = {
  forks_url: 'forks',
  keys_url: 'keys{/key_id}',
  collaborators_url: 'collaborators{/collaborator}',
  teams_url: 'teams',
  hooks_url: 'hooks',
  issue_events_url: 'issues/events{/number}',
  events_url: 'events',
  assignees_url: 'assignees{/user}',
  branches_url: 'branches{/branch}',
  tags_url: 'tags',
  blobs_url: 'git/blobs{/sha}',
  git_tags_url: 'git/tags{/sha}',
  git_refs_url: 'git/refs{/sha}',
  trees_url: 'git/trees{/sha}',
  statuses_url: 'statuses/{sha}',
  languages_url: 'languages',
  stargazers_url: 'stargazers',
  contributors_url: 'contributors',
  subscribers_url: 'subscribers',
  subscription_url: 'subscription',
  commits_url: 'commits{/sha}',
  git_commits_url: 'git/commits{/sha}',
  comments_url: 'comments{/number}',
  issue_comment_url: 'issues/comments{/number}',
  contents_url: 'contents/{+path}',
  compare_url: 'compare/{base}...{head}',
  merges_url: 'merges',
  archive_url: '{archive_format}{/ref}',
  downloads_url: 'downloads',
  issues_url: 'issues{/number}',
  pulls_url: 'pulls{/number}',
  milestones_url: 'milestones{/number}',
  notifications_url: 'notifications{?since,all,participating}',
  labels_url: 'labels{/name}',
  releases_url: 'releases{/id}',
  deployments_url: 'deployments',
} as const;

export const repositoryUrl = (forge: Forge, repo: RepositoryRow): string =>
  `${forge.origin}/api/v3/repos/${fullNameOf(repo)}`;

export const repositoryPage = (forge: Forge, repo: RepositoryRow): string =>
  `${forge.origin}/${fullNameOf(repo)}`;

/** GitHub's `repository` as webhooks carry it; the REST answers add to it. */
export function repositoryJson(forge: Forge, repo: RepositoryRow): Record<string, unknown> {
  const url = repositoryUrl(forge, repo);
  const page = repositoryPage(forge, repo);
  const open = forge.issues
    .values()
    .filter((issue) => issue.repo === repo.id && issue.state === 'open' && !issue.gone);
  return {
    id: repo.id,
    node_id: nodeId('Repository', repo.id),
    name: repo.name,
    full_name: fullNameOf(repo),
    private: repo.private,
    owner: userJson(forge, repo.owner),
    html_url: page,
    description: repo.description,
    fork: false,
    url,
    ...Object.fromEntries(Object.entries(addresses).map(([field, path]) => [field, `${url}/${path}`])),
    created_at: repo.created,
    updated_at: repo.updated,
    pushed_at: repo.pushed,
    git_url: `${page.replace(/^http:/, 'git:')}.git`,
    ssh_url: `git@127.0.0.1:${fullNameOf(repo)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repo.archived,
    disabled: false,
    open_issues_count: open.length,
    license: null,
    allow_forking: false,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repo.private ? 'private' : 'public',
    forks: 0,
    open_issues: open.length,
    watchers: 0,
    default_branch: repo.defaultBranch,
    custom_properties: {},
  };
}
