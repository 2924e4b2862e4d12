import { configPath } from '../engine/settings.ts';
import { person } from '../ticket/phases.ts';
import type { Facts } from './facts.ts';
import { error, type Fault, warn } from './fault.ts';
import { workflowPath } from './files.ts';
import { secretNames } from './secrets.ts';

/* The config, and what follows from it. */

const mend = `Mend ${configPath} on the default branch.`;

export function configFaults({ config: { text, broken } }: Facts): Fault[] {
  if (text === null) return [error('config-absent', `there is no ${configPath}`, 'Run `signalbox init`.')];
  if (broken !== null)
    return [error('bad-config', broken, `${mend} Until then its last good version holds.`)];
  return [];
}

export function agentFaults({ config: { config } }: Facts): Fault[] {
  const { agents, default_agent: byDefault, phases } = config;
  const names = Object.keys(agents);
  if (names.length === 0)
    return [error('no-agents', 'no agent is named, so nothing can run', `${mend} \`agents:\``)];
  const known = `There are: ${names.join(', ')}.`;
  const unknown = Object.entries(phases).flatMap(([phase, { agent }]) =>
    agent === undefined || agent === person || names.includes(agent)
      ? []
      : [error('unknown-agent', `the phase ${phase} is for ${agent}, whom nobody knows`, `${mend} ${known}`)],
  );
  if (byDefault === undefined)
    unknown.push(
      warn(
        'no-default-agent',
        'a ticket without an owner is started by nobody',
        `${mend} \`default_agent:\``,
      ),
    );
  else if (!names.includes(byDefault))
    unknown.push(
      error('unknown-default-agent', `default_agent is ${byDefault}, whom nobody knows`, `${mend} ${known}`),
    );
  return unknown;
}

export function secretFaults({ config: { config }, file }: Facts): Fault[] {
  const text = file(workflowPath(config)) ?? '';
  return secretNames(config)
    .filter((name) => !text.includes(`secrets.${name}`))
    .map((name) =>
      warn(
        'secret-not-passed',
        `agents may see ${name}, and the workflow does not give it`,
        'Run `signalbox init`; in a workflow that you edited, add it to `env:` of the step `attempt`.',
      ),
    );
}
