import type { Config } from '../ticket/config.ts';
import type { Ticket } from '../ticket/format.ts';
import { type State, states, stateWords } from '../ticket/states.ts';
import type { Context } from './context.ts';

/** By this beginning of its description a label is known as made by us. */
const ours = 'Signalbox: ';
/** Of issues about Signalbox itself. That it exists says that people were told of labels that were there before us. */
export const aboutUs = 'signalbox';

export interface OwnLabel {
  name: string;
  color: string;
  description: string;
}

/** That it exists says that people were told of collisions. */
const aboutUsLabel: OwnLabel = {
  name: aboutUs,
  color: 'ededed',
  description: `${ours}was set up here`,
};

/** Every label of a desk, the one that says that all others are there last. */
export function ownLabels(config: Config): OwnLabel[] {
  return [...wantedLabels(config), aboutUsLabel];
}

/** Whether a label was made by us, as its description says. */
export const isOwnLabel = ({ description }: { description: string }): boolean => description.startsWith(ours);

/** That of tickets is the first. */
function wantedLabels({ labels }: Config): [OwnLabel, ...OwnLabel[]] {
  const ticket = { name: labels.ticket, color: '0e8a16', description: `${ours}makes this issue a ticket` };
  const control = [
    { name: labels.park, color: 'b60205', description: `${ours}stop now, and wait` },
    { name: labels.hold, color: 'd93f0b', description: `${ours}finish the attempt in hand, then wait` },
    { name: labels.release, color: '0e8a16', description: `${ours}let an agent take it` },
    { name: labels.approve, color: '0e8a16', description: `${ours}accept the work under review` },
  ];
  const ofStates = states.map((state) => ({
    name: `${labels.state_prefix}${stateWords(state)}`,
    color: 'c5def5',
    description: `${ours}written by the app, never read`,
  }));
  return [ticket, ...control, ...ofStates];
}

/** What is to change of an issue's labels so that they show the ticket's state, and no other. */
export function stateLabels(
  { state }: Pick<Ticket, 'state'>,
  shown: readonly string[],
  { labels }: Config,
): { missing: string[]; wrong: string[] } {
  const named = (one: State) => `${labels.state_prefix}${stateWords(one)}`;
  const right = named(state);
  const ofState = new Set(states.map((one) => named(one).toLowerCase()));
  const isRight = (label: string) => label.toLowerCase() === right.toLowerCase();
  return {
    missing: shown.some(isRight) ? [] : [right],
    wrong: shown.filter((label) => ofState.has(label.toLowerCase()) && !isRight(label)),
  };
}

/** Makes the label of tickets, before an issue of ours brings it: without our words it would seem to be the team's. */
export async function makeTicketLabel({ forge, config }: Pick<Context, 'forge' | 'config'>): Promise<void> {
  const [{ name, color, description }] = wantedLabels(await config());
  await forge.createLabel(name, color, description);
}

/**
 * Makes the labels that are missing. One that was here before us is left as it is (it starts nothing: only `labeled`
 * events on tickets, after the installation, are read), and people are told once, in an issue.
 */
export async function keepLabels(context: Context): Promise<void> {
  const { forge, log } = context;
  const config = await context.config();
  const present = new Map((await forge.repositoryLabels()).map((label) => [label.name.toLowerCase(), label]));
  const isFirst = !present.has(aboutUs);
  const collisions: string[] = [];
  for (const { name, color, description } of wantedLabels(config)) {
    const known = present.get(name.toLowerCase());
    if (!known) await forge.createLabel(name, color, description);
    else if (isFirst && !isOwnLabel(known)) collisions.push(name);
  }
  if (!isFirst) return;
  if (collisions.length > 0) {
    log.warn('labels were here before Signalbox', { collisions });
    await forge.createIssue('Signalbox: labels already in use', collisionText(collisions), []);
  }
  const { name, color, description } = aboutUsLabel;
  await forge.createLabel(name, color, description);
}

function collisionText(names: string[]): string {
  const list = names.map((name) => `- \`${name}\``).join('\n');
  return [
    'Signalbox was installed here, and these labels were in use before it:',
    '',
    list,
    '',
    'Nothing starts from what they already mark: Signalbox reads them only on tickets, and only where they are added from now on.',
    'To keep them apart, name others under `labels:` in `.github/signalbox.yml`.',
  ].join('\n');
}
