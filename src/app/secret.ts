import { SignalboxError } from '../base/errors.ts';

const shortest = 16;

/** From documentation and templates, long enough to pass by length; compared without case and punctuation. */
const wellKnown = new Set([
  'itsasecrettoeverybody',
  'developmentdevelopment',
  'yourwebhooksecret',
  'yourwebhooksecrethere',
  'mywebhooksecret',
  'mysecretwebhooktoken',
  'webhooksecrethere',
  'replacewithyoursecret',
  'supersecretwebhook',
  '0123456789abcdef',
  '1234567890123456',
]);

/**
 * Refuses a webhook secret that anybody could guess: Probot takes the word "development" where none is set, and
 * with it everybody could send us webhooks.
 */
export function checkSecret(secret: string | undefined): string {
  if (!secret) throw bad('missing-webhook-secret', 'WEBHOOK_SECRET is not set');
  if (secret.length < shortest)
    throw bad('weak-webhook-secret', `WEBHOOK_SECRET has fewer than ${shortest} characters`);
  const plain = secret.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (wellKnown.has(plain) || new Set(secret).size < 6) {
    throw bad('weak-webhook-secret', 'WEBHOOK_SECRET is one that anybody would try first');
  }
  return secret;
}

function bad(code: string, message: string): SignalboxError {
  const hint = "Make one with `openssl rand -hex 32`, and set the same in the app's settings on GitHub.";
  return new SignalboxError('config', code, message, { hint });
}
