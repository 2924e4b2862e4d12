import type { AppStanding, Facts, Granted } from './facts.ts';
import { error, type Fault, ifKnown, warn } from './fault.ts';

/* The GitHub App: what it may do, where it is installed, and whether it hears. */

const levels = ['read', 'write', 'admin'];
const isEnough = (has: string | undefined, wanted: string): boolean =>
  levels.indexOf(has ?? '') >= levels.indexOf(wanted);

export function appFaults({ app, asked }: Facts): Fault[] {
  if ('unknown' in app && app.code === 'bad-credentials')
    return [
      error(
        'app-bad-credentials',
        app.unknown,
        'APP_ID is the number on the settings page of the app; PRIVATE_KEY the whole PEM file.',
      ),
    ];
  return ifKnown(app, ({ slug, registered, installed }) => [
    ...registeredFaults(registered, asked),
    ...installedFaults(slug, registered, installed, asked),
  ]);
}

function registeredFaults({ permissions, events }: Granted, asked: Granted): Fault[] {
  const where = 'Settings of the app > Permissions & events; app.yml has the list, with the reason of each.';
  const lacking = Object.entries(asked.permissions).filter(
    ([name, level]) => !isEnough(permissions[name], level),
  );
  const unheard = asked.events.filter((event) => !events.includes(event));
  const more = Object.keys(permissions).filter((name) => !(name in asked.permissions));
  return [
    ...lacking.map(([name, level]) =>
      error('app-permission-missing', `the app lacks \`${name}: ${level}\``, where),
    ),
    ...unheard.map((event) => error('app-event-missing', `the app is not told of \`${event}\``, where)),
    ...more.map((name) =>
      warn('app-permission-more', `the app may use \`${name}\`, which it does not need`, where),
    ),
  ];
}

/** What an app asks anew holds where whoever installed it has agreed. */
function installedFaults(
  slug: string,
  { permissions }: Granted,
  installed: AppStanding['installed'],
  asked: Granted,
): Fault[] {
  if (installed === null)
    return [
      error(
        'app-not-installed',
        `the app ${slug} is not installed on this repository`,
        'Settings of the app > Install App.',
      ),
    ];
  if (installed.isSuspended)
    return [error('app-suspended', `the app ${slug} is suspended here`, 'Its installation > Unsuspend.')];
  return Object.entries(asked.permissions)
    .filter(
      ([name, level]) => isEnough(permissions[name], level) && !isEnough(installed.permissions[name], level),
    )
    .map(([name, level]) =>
      error(
        'app-permission-not-accepted',
        `here the app does not have \`${name}: ${level}\` yet`,
        'Whoever installed it accepts the new permissions on its installation.',
      ),
    );
}

export function webhookFaults({ app }: Facts): Fault[] {
  return ifKnown(app, ({ webhook: { url, hasSecret, isVerified }, deliveries }) => {
    const settings = 'Settings of the app > Webhook.';
    if (url === '')
      return [
        error(
          'webhook-no-url',
          'the app has no webhook address, so it hears nothing',
          `${settings} It ends with /api/github/webhooks.`,
        ),
      ];
    const last = deliveries[0];
    return [
      ...(hasSecret
        ? []
        : [
            error(
              'webhook-no-secret',
              'webhooks are not signed: anybody could send them',
              `${settings} Set a secret, and WEBHOOK_SECRET to the same.`,
            ),
          ]),
      ...(isVerified
        ? []
        : [
            warn(
              'webhook-not-verified',
              'GitHub does not verify the certificate of the webhook address',
              settings,
            ),
          ]),
      ...(last === undefined || last.isTaken
        ? []
        : [
            error(
              'webhook-failing',
              `the delivery of ${last.at} was not taken (status ${last.status})`,
              `See that the app runs, that ${url} reaches it, and that WEBHOOK_SECRET is the app's.`,
            ),
          ]),
    ];
  });
}
