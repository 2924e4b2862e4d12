/** Where a repository is, on a GitHub. */
export interface Place {
  host: string;
  owner: string;
  repo: string;
  /** Where its REST interface answers. */
  apiUrl: string;
}

const forms = [
  /^(?<scheme>https?):\/\/(?:[^/]*@)?(?<host>[^/]+)\/(?<owner>[\w.-]+)\/(?<repo>[\w.-]+?)(?:\.git)?\/?$/,
  /^ssh:\/\/(?:[^/@]*@)?(?<host>[^/:]+)(?::\d+)?\/(?<owner>[\w.-]+)\/(?<repo>[\w.-]+?)(?:\.git)?\/?$/,
  /^(?:[^/@:]+@)?(?<host>[^/@:]+):(?<owner>[\w.-]+)\/(?<repo>[\w.-]+?)(?:\.git)?\/?$/,
];

/** Reads the address of a remote; null where it is none of a GitHub's: a path, or another depth. */
export function placeOf(remote: string): Place | null {
  for (const form of forms) {
    const { scheme = 'https', host = '', owner = '', repo = '' } = form.exec(remote)?.groups ?? {};
    if (host === '') continue;
    // github.com answers ssh at another name, where port 22 is closed.
    const name = host === 'ssh.github.com' ? 'github.com' : host;
    const apiUrl = apiOf(scheme, name);
    return { host: name, owner, repo, apiUrl };
  }
  return null;
}

function apiOf(scheme: string, host: string): string {
  if (host === 'github.com') return 'https://api.github.com';
  if (host.endsWith('.ghe.com')) return `https://api.${host}`;
  return `${scheme}://${host}/api/v3`;
}

/**
 * Names of the variables that may hold a person's token for a host, as GitHub's own command line has them: what is for
 * github.com is sent to no other, but to this machine.
 */
export function tokenNames(host: string): readonly string[] {
  const isCloud =
    host === 'github.com' || host.endsWith('.ghe.com') || /^(127\.0\.0\.1|localhost)(:|$)/.test(host);
  return isCloud ? ['GH_TOKEN', 'GITHUB_TOKEN'] : ['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'];
}
