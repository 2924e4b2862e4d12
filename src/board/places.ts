/** Where the things of one repository are to be found in a browser, on GitHub. */
export interface Places {
  issue(number: number): string;
  commit(sha: string): string;
  branch(name: string): string;
  file(branch: string, path: string): string;
  person(login: string): string;
}

/** @param webUrl `https://github.com` */
export function placesAt(webUrl: string, desk: string): Places {
  const repository = `${webUrl}/${desk}`;
  return {
    issue: (number) => `${repository}/issues/${number}`,
    commit: (sha) => `${repository}/commit/${sha}`,
    branch: (name) => `${repository}/tree/${name}`,
    file: (branch, path) => `${repository}/blob/${branch}/${path}`,
    person: (login) => `${webUrl}/${encodeURIComponent(login)}`,
  };
}
