import { SignalboxError } from '../base/errors.ts';
import { type OperatedReceivers, operated } from '../ticket/webhooks.ts';

/** What whoever runs the app says of outbound webhooks. */
export interface OutboundSettings {
  receivers: OperatedReceivers;
  mayBeInternal: boolean;
  secret(name: string): string | null;
}

/**
 * Outbound webhooks by their variables: `OUTBOUND_WEBHOOKS` (JSON, a receiver for each name), `OUTBOUND_SECRET_<name>`, and
 * `OUTBOUND_INTERNAL=true` where repositories may name addresses that are not public.
 * @throws SignalboxError `bad-outbound`, naming the field
 */
export function readOutbound(environment: Readonly<Record<string, string | undefined>>): OutboundSettings {
  const { OUTBOUND_WEBHOOKS: text, OUTBOUND_INTERNAL: internal } = environment;
  return {
    receivers: text ? readReceivers(text) : {},
    mayBeInternal: internal === 'true',
    secret: (name) => environment[`OUTBOUND_SECRET_${name}`] || null,
  };
}

function readReceivers(text: string): OperatedReceivers {
  const hint = 'It is JSON: {"audit":{"url":"https://example.com/hook","secret":"AUDIT"}}';
  const bad = (why: string) =>
    new SignalboxError('config', 'bad-outbound', `OUTBOUND_WEBHOOKS: ${why}`, { hint });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad('no JSON');
  }
  const { data, error } = operated.safeParse(value);
  if (data) return data;
  const [issue] = error.issues;
  throw bad(`${issue?.path.join('.') ?? ''}: ${issue?.message.replace(/^Invalid input: /, '')}`);
}
