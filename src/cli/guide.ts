import { resolve } from 'node:path';

/** Where the local desk is, as `local.json` says it too. */
export interface LocalDesk {
  app: { url: string };
  github: { url: string; api: string };
  repository: string;
  branch: string;
  /** Address for `git clone`. */
  clone: string;
  tokens: { lucienne: string; elmar: string; visitor: string };
}

const curl = (verb: string, token: string, address: string, body: string): string =>
  `    curl -sS -X ${verb} -H "Authorization: Bearer ${token}" ${address} -d '${body}'`;

/** What to try next on the local desk: commands to copy. `issue` is the issue of the sample ticket that nobody released. */
export function guide(desk: LocalDesk, dataFolder: string, issue: number): string {
  const repo = `${desk.github.api}/repos/${desk.repository}`;
  const post = (token: string, path: string, body: string) => curl('POST', token, `${repo}${path}`, body);
  return [
    '',
    `  Open the board at ${desk.app.url}, and sign in as lucienne (admin), elmar (may triage) or visitor (may read).`,
    '',
    '  Or try, in another terminal:',
    '',
    '  release the ticket that lies in the inbox (MC-4161), and watch it run',
    post(desk.tokens.lucienne, `/issues/${issue}/labels`, '{"labels":["release"]}'),
    '  park it while its agent works: the run is stopped, its work kept',
    post(desk.tokens.elmar, `/issues/${issue}/labels`, '{"labels":["park"]}'),
    '  say it in a comment instead, with a reason; or ask why it does not run',
    post(
      desk.tokens.elmar,
      `/issues/${issue}/comments`,
      '{"body":"/park until tomorrow 9:00 the printer is broken"}',
    ),
    post(desk.tokens.elmar, `/issues/${issue}/comments`, '{"body":"/status"}'),
    '  make a ticket of your own',
    post(
      desk.tokens.lucienne,
      '/issues',
      '{"title":"My first ticket","body":"Say hello","labels":["ticket","release"]}',
    ),
    '  look at an issue, its comments, and the tickets themselves',
    `    curl -sS -H "Authorization: Bearer ${desk.tokens.visitor}" ${repo}/issues/${issue}/comments`,
    `    git clone -b ${desk.branch} ${desk.clone.replace('://', `://lucienne:${desk.tokens.lucienne}@`)} desk-tickets && ls desk-tickets/tickets`,
    '',
    `  Everything is in ${dataFolder}; delete it to begin anew. Ctrl-C stops all, agents included.`,
    '',
  ].join('\n');
}

/** An agent that needs no account, and is long enough at work to be parked. */
const trialAgent = `'["sh", "-c", "cat > told-$SIGNALBOX_TICKET.md; sleep 20; echo DONE: a file holds what I was told."]'`;

/** What to type in another terminal to set up the repository (`owner/name`) that was asked for beside the sample's. */
export function setupGuide(desk: LocalDesk, repository: string, dataFolder: string): string {
  const token = desk.tokens.lucienne;
  const address = `${desk.github.url.replace('://', `://lucienne:${token}@`)}/${repository}.git`;
  const repo = `${desk.github.api}/repos/${repository}`;
  return [
    '',
    `  Set ${repository} up, in another terminal (npm link made the command):`,
    `    git clone ${address} && cd ${repository.split('/').at(-1)}`,
    `    GH_TOKEN=${token} signalbox init --agent ${trialAgent}`,
    '  make a ticket there, and let its agent take it; or do the same from an issue',
    '    signalbox new "Say hello"',
    '    signalbox release <its id> && signalbox watch',
    curl(
      'POST',
      token,
      `${repo}/issues`,
      '{"title":"Say hello","body":"Politely","labels":["ticket","release"]}',
    ),
    '  park it while its agent works; look at the board; merge what came of it, whose number the repository’s page has',
    '    signalbox park <its id> until monday 9:00',
    `    signalbox board --data ${resolve(dataFolder)}`,
    `    ${desk.github.url}/${repository}`,
    curl('PUT', token, `${repo}/pulls/<its number>/merge`, '{}'),
    '',
  ].join('\n');
}
