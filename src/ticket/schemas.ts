import { z } from 'zod';
import { config } from './config.ts';
import { desk, quarantined, signal, ticket } from './format.ts';
import { happening } from './journal.ts';

const published = {
  ticket: { schema: ticket, title: 'Signalbox ticket: tickets/<ID>.yaml on the state branch' },
  signal: { schema: signal, title: 'Signalbox signal: signals/<ID>/<attempt>.yaml on the state branch' },
  quarantine: { schema: quarantined, title: 'A refused signal: quarantine/<ID>/<attempt>-<digest>.yaml' },
  desk: { schema: desk, title: "The desk's switches: desk.yaml on the state branch" },
  transition: {
    schema: happening,
    title: 'What happened to a ticket: a line of `signalbox journal`, the body of an outbound webhook',
  },
  config: { schema: config, title: 'Signalbox configuration: .github/signalbox.yml on the default branch' },
};

/** The JSON Schemas of every file people may write, by name; what `schemas/<name>.schema.json` holds. */
export function publishedSchemas(): Record<string, object> {
  const made = Object.entries(published).map(([name, { schema, title }]) => {
    // As input: a field with a default may be left out.
    const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
    return [name, { $schema, title, ...rest }] as const;
  });
  return Object.fromEntries(made);
}
