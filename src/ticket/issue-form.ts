import { type Priority, priorities } from './format.ts';

/** The headings of `.github/ISSUE_TEMPLATE/ticket.yml`, in its order. GitHub renders a form as one `###` section a field. */
export const formHeadings = {
  what: 'What is to be done?',
  owner: 'Who works on it?',
  priority: 'Priority',
  phases: 'Phases',
} as const;

/** What GitHub writes where a field was left empty. */
const empty = '_No response_';

export interface FormFields {
  body: string;
  owner: string | null;
  priority: Priority;
  /** Null where it chooses none of its own. */
  phases: string[] | null;
}

/** Reads the body of an issue made with the ticket form. Any other body is the description as it is. */
export function readIssueForm(body: string): FormFields {
  const lines = body.replaceAll('\r\n', '\n').trimEnd().split('\n');
  // From the end: a description may quote these headings, the fields themselves come last.
  const phasesAt = lines.lastIndexOf(`### ${formHeadings.phases}`);
  const priorityAt = lines.lastIndexOf(`### ${formHeadings.priority}`);
  const ownerAt = lines.slice(0, Math.max(0, priorityAt)).lastIndexOf(`### ${formHeadings.owner}`);
  if (lines[0] !== `### ${formHeadings.what}` || ownerAt < 1)
    return { body, owner: null, priority: 'normal', phases: null };

  const field = (from: number, to?: number): string => {
    const text = lines
      .slice(from + 1, to)
      .join('\n')
      .trim();
    return text === empty ? '' : text;
  };
  const owner = field(ownerAt, priorityAt).replace(/^@/, '');
  // A form of before had no such field, and a description may quote it.
  const [end, given] = phasesAt > priorityAt ? [phasesAt, field(phasesAt)] : [undefined, ''];
  const priority = field(priorityAt, end).toLowerCase();
  const phases = given.split(/[\s,]+/).filter((name) => name !== '');
  return {
    body: field(0, ownerAt),
    owner: /^.{1,100}$/.test(owner) ? owner : null,
    priority: priorities.find((known) => known === priority) ?? 'normal',
    phases: phases.length > 0 ? phases : null,
  };
}
