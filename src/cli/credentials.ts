import { SignalboxError } from '../base/errors.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** By these an app proves to GitHub who it is. */
export interface AppKey {
  appId: number;
  /** PEM. */
  privateKey: string;
}

export interface Credentials extends AppKey {
  webhookSecret: string | undefined;
}

/** What an app is served with, all or none: with some missing nothing is guessed. */
export function readCredentials(environment: Variables): Credentials | null {
  const names = ['APP_ID', 'PRIVATE_KEY', 'WEBHOOK_SECRET'] as const;
  const missing = names.filter((name) => !environment[name]);
  if (missing.length === names.length) return null;
  if (missing.length > 0) {
    const hint = 'Set all three to serve github.com, or none for the embedded GitHub.';
    throw new SignalboxError('config', 'credentials-incomplete', `${missing.join(' and ')} not set`, {
      hint,
    });
  }
  const key = readAppKey(environment);
  return key && { ...key, webhookSecret: environment.WEBHOOK_SECRET };
}

/** What an app is looked at with; null where it is not all there. @throws SignalboxError `bad-app-id` */
export function readAppKey({ APP_ID, PRIVATE_KEY }: Variables): AppKey | null {
  if (!APP_ID || !PRIVATE_KEY) return null;
  if (!/^\d+$/.test(APP_ID)) {
    const hint = "It is the number on the app's settings page, not the client id.";
    throw new SignalboxError('config', 'bad-app-id', `APP_ID is "${APP_ID}"`, { hint });
  }
  // One line in an .env file: its line breaks are often written as \n.
  return { appId: Number(APP_ID), privateKey: PRIVATE_KEY.replaceAll('\\n', '\n') };
}
