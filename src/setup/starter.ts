/** What a team chose as it set Signalbox up, as far as it chose. */
export interface Choices {
  /** A preset's name, or the program and arguments of any other agent. */
  agent: string | readonly string[];
  /** Of ids born from issues. */
  prefix: string;
  /** The state branch. */
  branch: string;
  /** Before the names of the four control labels, where those without it are in use. */
  labelPrefix: string;
  /** Of the times that people write: an IANA name. */
  timeZone: string;
}

/** What the config is made of where nobody chose: ids are named after the repository, times are of this machine's zone. */
export function usualChoices(repository: string, timeZone = 'UTC'): Choices {
  const letters = repository
    .replace(/\.git$/, '')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
  const prefix = letters.slice(0, 8) || 'T';
  return { agent: 'claude', prefix, branch: 'signalbox', labelPrefix: '', timeZone };
}

/** The first config of a repository. From then on it is the team's. */
export function starterConfig(
  { agent, prefix, branch, labelPrefix, timeZone }: Choices,
  schema: string,
): string {
  const name = typeof agent === 'string' ? agent : 'agent';
  const started =
    typeof agent === 'string'
      ? `preset: ${agent}`
      : `command: [${agent.map((word) => JSON.stringify(word)).join(', ')}]`;
  const label = (kind: string) => `  ${kind}: ${JSON.stringify(labelPrefix + kind)}\n`;
  const labels = ['ticket', 'park', 'hold', 'release'].map(label).join('');
  return `# yaml-language-server: $schema=${schema}
# How Signalbox works the tickets of this repository. What counts is this file on the default branch.
format: 1
prefix: ${prefix} # of the ids of tickets that are born from issues: ${prefix}-42
branch: ${JSON.stringify(branch)} # holds the tickets, and nothing else
time_zone: ${timeZone} # of \`/park until monday 9:00\` and the like
default_agent: ${name}

agents:
  ${name}:
    ${started}
    capacity: 1 # tickets at the same time
    time_limit_minutes: 60
    # Variables of the workflow that the agent may see. One whose name ends in KEY, TOKEN or SECRET is filled from the
    # repository's secret of that name; run \`signalbox init\` again after a change.
    # environment: [MY_API_KEY]

# What tickets go through. \`gate: merged\`: what the agent did waits until a person has merged its pull request.
phases:
  dev: { gate: merged }

# Who is called where a ticket needs a person: [login, organization/team]. Else it is who released it.
people: []
${labelPrefix === '' ? '' : `\nlabels:\n${labels}`}`;
}
