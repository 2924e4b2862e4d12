import { type Priority, priorities } from './format.ts';

/** The headings of `.github/ISSUE_TEMPLATE/ticket.yml`, in its order. GitHub renders a form as one `###` section a field. */
export const formHeadings = {
  what: 'What is to be done?',
  owner: 'Who works on it?',
  priority: 'Priority',
} as const;

/** What GitHub writes where a field was left empty. */
const empty = '_No response_';

export interface FormFields {
  body: string;
  owner: string | null;
  priority: Priority;
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const { what, owner, priority } = formHeadings;

/** Greedy up to the last owner heading: a description may quote these headings, the fields themselves come last. */
const form = new RegExp(
  `^### ${literal(what)}\\n([\\s\\S]*)\\n### ${literal(owner)}\\n\\s*(.*)\\n\\s*### ${literal(priority)}\\n\\s*(.*)\\s*$`,
);

/** Reads the body of an issue made with the ticket form. Any other body is the description as it is. */
export function readIssueForm(body: string): FormFields {
  const match = form.exec(body.replaceAll('\r\n', '\n'));
  if (!match) return { body, owner: null, priority: 'normal' };
  const [description = '', who = '', rank = ''] = match.slice(1).map((field) => field.trim());
  return {
    body: description === empty ? '' : description,
    owner: who === empty || who === '' ? null : who.replace(/^@/, '').slice(0, 100),
    priority: priorities.find((known) => known === rank.toLowerCase()) ?? 'normal',
  };
}
