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

/** What the board needs; with one half of the client's credentials nothing is guessed. */
export function readBoard({ CLIENT_ID, CLIENT_SECRET, BOARD_URL, METRICS_TOKEN }: Variables): BoardSettings {
  if (Boolean(CLIENT_ID) !== Boolean(CLIENT_SECRET)) {
    const hint = 'Set both, and people can sign in to the board; or none, and there is no board.';
    throw new SignalboxError('config', 'credentials-incomplete', 'CLIENT_ID or CLIENT_SECRET not set', {
      hint,
    });
  }
  if (BOARD_URL && !/^https?:\/\/[^/?#]+\/?$/.test(BOARD_URL)) {
    const hint = 'It is where people reach the board: https://signalbox.example.com';
    throw new SignalboxError('config', 'bad-board-url', `BOARD_URL is "${BOARD_URL}"`, { hint });
  }
  return {
    oauth: CLIENT_ID && CLIENT_SECRET ? { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET } : null,
    url: BOARD_URL || undefined,
    metrics: METRICS_TOKEN ? { token: METRICS_TOKEN } : null,
  };
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
