import type { ClosedAttempt, Ticket } from './format.ts';
import type { Said } from './said.ts';
import type { ToolName } from './tools.ts';

/*
 * What an agent is told that judges the work of another, and what one is told whose work was sent back.
 */

const toolNames = (...names: ToolName[]) => names.map((name) => `\`${name}\``).join(', ');

/** What it is to judge, and that it changes nothing. */
export function reviewAssignment(
  { id }: Pick<Ticket, 'id'>,
  { number, phase, agent, commit }: { number: number; phase: string; agent: string; commit: string | null },
  base: string | null,
): string {
  const where = base === null ? 'the default branch' : `\`git diff ${base}...HEAD\``;
  const what =
    commit === null
      ? 'The work added no commit, so there is none to judge: judge what was said of it, below.'
      : `You judge the commit ${commit}, which is checked out in your working directory, a git work tree.\nWhat the work changes is the difference to ${where}.`;
  return [
    `You review the work on ticket ${id}, phase ${phase}, as the agent ${agent}. This is attempt ${number}. Another agent did the work.`,
    what,
    'Say whether it does what the ticket asks for, and does it well: read it, run its tests. Change nothing: of what you change or',
    'commit here nothing is shown. Your verdict counts for this commit alone.',
  ].join('\n');
}

/** Findings, one a line, with their places. */
export function findingLines(said: Said | undefined): string[] {
  return (said?.findings ?? []).map(
    ({ path, line, text }) => `${path}${line === null ? '' : `:${line}`}: ${text}`,
  );
}

/** What the review said that sent the work back, with its findings. */
export function sentBackWords({ agent, number, commit, reason, said }: ClosedAttempt): string[] {
  const of = commit ? `, of ${commit}` : '';
  return [`${agent}, attempt ${number}${of}:\n${reason}`, ...findingLines(said)];
}

/*
 * No line below may begin with one of the three words and a colon: an agent that echoes its prompt has said nothing.
 */
export const howToGiveVerdict = `How to end
----------
Where you have the tools of the server \`signalbox\`, by whatever names your client shows them, use them: while you work
${toolNames('get_ticket', 'get_messages', 'check_in', 'attach_artifact')}, and to end one of
${toolNames('report_verdict', 'ask_question', 'report_failed')}. Each answers at once
whether it counts, and if not, what to do. Once a report was accepted, stop working and end.
Where you have none, let the last paragraph of what you print begin with one of three words in capitals, a colon, and
then in your own words what you found. The words, and when to use them:
- \`APPROVED:\` the work is good as it is. Say what you looked at.
- \`REJECTED:\` it has to be changed. Say what, and where: path, line, and what would be right. It goes back with your words.
- \`QUESTION:\` you cannot judge without an answer from a person. Ask it; the work goes on once it is answered.
Nothing may follow that paragraph, and it counts only once you have ended with exit status 0.
Instead of printing it you may write a YAML file at the path in SIGNALBOX_SIGNAL_FILE with the fields \`kind\` (approved,
rejected, question or failed), \`summary\`, and \`findings\`: a list of \`path\`, \`line\` and \`text\`. Do not commit that file.
Without any of these, the attempt counts as lost and the review has to be done again.`;
