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

/** How people sign in to the board, where they reach it, and who may read its numbers. */
export interface BoardSettings {
  oauth: { clientId: string; clientSecret: string } | null;
  url: string | undefined;
  metrics: { token: string } | null;
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

/** What the board needs, by the names that registering the app writes; without an address there is no board. */
export function readBoard(environment: Variables): BoardSettings {
  const {
    GITHUB_CLIENT_ID: clientId,
    GITHUB_CLIENT_SECRET: clientSecret,
    BOARD_URL: url,
    METRICS_TOKEN,
  } = environment;
  const metrics = METRICS_TOKEN ? { token: METRICS_TOKEN } : null;
  if (!url) return { oauth: null, url: undefined, metrics };
  if (!clientId || !clientSecret) {
    const hint = 'They are on the page of the app on GitHub; people sign in to the board by them.';
    const missing = 'GITHUB_CLIENT_ID or GITHUB_CLIENT_SECRET not set';
    throw new SignalboxError('config', 'credentials-incomplete', missing, { hint });
  }
  // Who hears a session cookie is its person.
  if (!/^(https:\/\/[^/?#@]+|http:\/\/(localhost|127\.0\.0\.1)(:\d+)?)\/?$/.test(url)) {
    const hint = 'It is where people reach the board, by TLS: https://signalbox.example.com';
    throw new SignalboxError('config', 'bad-board-url', `BOARD_URL is "${url}"`, { hint });
  }
  return { oauth: { clientId, clientSecret }, url, metrics };
}

/** The same, where there is nothing to be done without. */
export function neededCredentials(environment: Variables): Credentials {
  const credentials = readCredentials(environment);
  if (credentials) return credentials;
  throw new SignalboxError(
    'config',
    'credentials-missing',
    'APP_ID, PRIVATE_KEY and WEBHOOK_SECRET are not set',
    {
      hint: 'Set them to serve github.com; `signalbox start` does without, on an embedded GitHub.',
    },
  );
}

/** How many attempts the app may have open over all repositories; undefined for no limit. @throws SignalboxError `bad-capacity` */
export function readCapacity({ SIGNALBOX_CAPACITY: text }: Variables): number | undefined {
  if (!text) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  const hint =
    'It is how many attempts the app may have open over all repositories: a whole number, 1 or more.';
  throw new SignalboxError('config', 'bad-capacity', `SIGNALBOX_CAPACITY is "${text}"`, { hint });
}
