import { z } from 'zod';

/*
 * Outbound webhooks: who is told of each transition. Set where the app runs, or in a repository's config with the name of
 * the secret alone.
 */

/** It is part of a ref's name. */
const receiverName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'small letters, digits and hyphens, at most 40');

const secretName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,59}$/, 'the name of a secret, like AUDIT')
  .describe('name of the secret that signs: its value is `OUTBOUND_SECRET_<name>` where the app runs');

const address = z
  .string()
  .max(2000)
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  }, 'an address like https://example.com/hook, without a login');

const most = 10;
const atMost = <T>(schema: z.ZodType<Record<string, T>>) =>
  schema.refine((all) => Object.keys(all).length <= most, `at most ${most}`);

/** In a repository's config. Its addresses are strangers' to whoever runs the app. */
export const configured = atMost(
  z.record(receiverName, z.strictObject({ url: address.describe('https, and public'), secret: secretName })),
).default({});

/** Of whoever runs the app. */
export const operated = atMost(
  z.record(
    receiverName,
    z.strictObject({
      url: address,
      secret: secretName,
      repositories: z
        .array(z.string().min(1).max(200))
        .min(1)
        .optional()
        .describe('`owner/name` or `owner/*`; all where absent'),
      internal: z.boolean().default(false).describe('may be no https, and an address that is not public'),
    }),
  ),
);
export type OperatedReceivers = z.infer<typeof operated>;

/** Whether `name` (`owner/name`) is among them. */
export function isOf(repositories: readonly string[] | undefined, name: string): boolean {
  const [owner = ''] = name.toLowerCase().split('/');
  return (repositories ?? [name]).some((one) =>
    [name.toLowerCase(), `${owner}/*`].includes(one.toLowerCase()),
  );
}
