import type { Command } from 'commander';
import { exitStatus } from '../base/errors.ts';
import type { ToolAnswer, ToolName } from '../ticket/tools.ts';
import type { CloneOptions } from './clone-desk.ts';
import { guarded } from './guarded.ts';
import type { ToolPorts } from './mcp-command.ts';
import { addSaidFlags, type SaidFlags, saidFields } from './signal-said.ts';

const help = `
What a worker says of its attempt, as the tools of \`signalbox mcp\` say it: for scripts, and agents without tools. Beside a runner
SIGNALBOX_SOCKET is set, and the runner carries it out. Elsewhere it works in a clone of the team's repository, with your own
git login and the right to push, and needs SIGNALBOX_TICKET, SIGNALBOX_ATTEMPT and SIGNALBOX_KEY: what the bound run was given.
What is committed is pushed with it. Whether it counts is answered; what does not is kept in quarantine.

Example:
  signalbox signal done "The report covers the whole fleet." --evidence "npm test -> 0" --pull-title "Cover the fleet"
  signalbox signal question "Which shed?" --option "the red one" --option "the blue one"

Exit status: 0 accepted, or kept to be decided, 1 refused, or bad input, 2 usage, 3 config, or the push refused,
4 overtaken, or the branch moved back, 5 the remote or the runner does not answer.

With --json one object is printed, and nothing else on standard output:
{ format: 1, status: "accepted", "refused", "kept" or "error", code, message, next }`;

const kinds = ['done', 'review', 'approved', 'rejected', 'question', 'failed'] as const;
type Kind = (typeof kinds)[number];

/** The tool that says it, and what that calls the words. */
const toolOf: Record<Kind, { tool: ToolName; words: string; verdict?: Kind }> = {
  done: { tool: 'report_done', words: 'summary' },
  review: { tool: 'report_review', words: 'summary' },
  approved: { tool: 'report_verdict', words: 'summary', verdict: 'approved' },
  rejected: { tool: 'report_verdict', words: 'summary', verdict: 'rejected' },
  question: { tool: 'ask_question', words: 'question' },
  failed: { tool: 'report_failed', words: 'reason' },
};

export interface SignalPorts extends ToolPorts {
  callTool(
    options: CloneOptions,
    environment: Record<string, string | undefined>,
    name: ToolName,
    input: object,
  ): Promise<ToolAnswer>;
  print(text: string): void;
}

interface Flags extends SaidFlags {
  remote: string;
  branch?: string;
  clone: string;
  json: boolean;
}

export function addSignal(program: Command, ports: SignalPorts): void {
  const command = program
    .command('signal')
    .description('say how an attempt ended')
    .addHelpText('after', help);
  for (const kind of kinds) {
    const one = command.command(`${kind} <words...>`).description(`say ${kind}`);
    addSaidFlags(one, kind)
      .option('--remote <name-or-url>', 'the remote to ask', 'origin')
      .option('--branch <name>', 'the state branch; default: what the config on the default branch says')
      .option('--clone <folder>', "a clone of the team's repository", '.')
      .option('--json', 'print the answer for programs', false)
      .addHelpText('after', help)
      .action((words: string[], flags: Flags) =>
        guarded(ports, () => run(ports, flags, kind, words.join(' '))),
      );
  }
}

async function run(ports: SignalPorts, flags: Flags, kind: Kind, said: string): Promise<void> {
  const { clock, random, environment } = ports;
  const { clone, remote, branch, json } = flags;
  const { tool, words, verdict } = toolOf[kind];
  const input = { ...(verdict ? { verdict } : {}), [words]: said, ...saidFields(flags) };
  const log = ports.makeLog('error');
  const { status, code, message, next } = await ports.callTool(
    { clone, remote, branch, clock, random, log },
    environment,
    tool,
    input,
  );
  const isDone = status === 'accepted' || status === 'kept';
  if (json) ports.print(JSON.stringify({ format: 1, status, code, message, next: next ?? null }, null, 2));
  else if (isDone) ports.print(message);
  else ports.printError(`${code}: ${message}${next ? ` ${next}` : ''}`);
  ports.exit(isDone ? 0 : exitStatus[kindOf(code)]);
}

function kindOf(code: string): keyof typeof exitStatus {
  if (code === 'no-runner' || code === 'unreachable') return 'forge';
  if (code === 'work-not-pushed' || code === 'push-refused') return 'config';
  return code === 'busy' || code === 'head-moved-back' || code === 'not-judged' ? 'conflict' : 'user';
}
