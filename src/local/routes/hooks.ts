import { z } from 'zod';
import type { AppRow, DeliveryRow, Forge } from '../data.ts';
import type { Call, Route } from '../http.ts';
import { choice, notFound, unsupported } from '../http.ts';
import { checkWebhookUrl } from '../webhooks.ts';
import type { Works } from '../works.ts';
import { askingApp } from './apps.ts';

const config = z.strictObject({
  url: z.string().optional(),
  secret: z.string().min(1).optional(),
  content_type: z.literal('json').optional(),
  insecure_ssl: z.union([z.literal('0'), z.literal(0)]).optional(),
});

/** An app's webhook: where it goes, what went there, and sending it again. By the app's JSON web token only. */
export function mountHookRoutes(route: Route, works: Works): void {
  const { forge, webhooks } = works;
  route('GET /app/hook/config', {}, (call) => call.c.json(configJson(askingApp(call))));
  route('PATCH /app/hook/config', { body: config }, (call) => {
    const app = askingApp(call);
    const { url = app.webhookUrl, secret = app.webhookSecret } = call.body;
    if (url !== null) checkWebhookUrl(url);
    const row = { ...app, webhookUrl: url, webhookSecret: secret };
    forge.apps.put(String(app.id), row);
    return call.c.json(configJson(row));
  });
  route('GET /app/hook/deliveries', { query: ['per_page', 'cursor', 'status'] }, (call) => {
    const app = askingApp(call);
    const status = choice(call, 'status', ['success', 'failure', 'any'], 'any');
    const rows = forge.deliveries
      .values()
      .filter((row) => row.app === app.id && row.statusCode !== 0)
      .filter((row) => status === 'any' || (status === 'failure') === row.statusCode >= 400)
      .sort((a, b) => b.id - a.id);
    return cursorPage(call, rows, deliveryJson);
  });
  route('GET /app/hook/deliveries/:delivery', {}, (call) => {
    const app = askingApp(call);
    return call.c.json(fullDeliveryJson(forge, app, deliveryNumbered(call, app)));
  });
  route('POST /app/hook/deliveries/:delivery/attempts', {}, (call) => {
    webhooks.redeliver(deliveryNumbered(call, askingApp(call)));
    return call.c.json({}, 202);
  });
}

function deliveryNumbered(call: Call<unknown>, app: AppRow): DeliveryRow {
  const row = call.forge.deliveries.get(String(call.number('delivery')));
  if (row?.app !== app.id || row.statusCode === 0) throw notFound();
  return row;
}

/** GitHub's delivery pages: the cursor names the last row that was seen. */
function cursorPage(call: Call<unknown>, rows: DeliveryRow[], show: (row: DeliveryRow) => unknown): Response {
  const asked = call.query('per_page') ?? '30';
  const cursor = call.query('cursor');
  if (!/^\d{1,3}$/.test(asked)) throw unsupported(`per_page=${asked}`);
  if (cursor !== undefined && !/^v1_\d+$/.test(cursor)) throw unsupported(`cursor=${cursor}`);
  const size = Math.min(Math.max(1, Number(asked)), 100);
  const seen = cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor.slice('v1_'.length));
  const rest = rows.filter((row) => row.id < seen);
  const slice = rest.slice(0, size);
  const last = slice.at(-1);
  if (last && rest.length > size) {
    const next = new URL(call.c.req.url);
    next.searchParams.set('cursor', `v1_${last.id}`);
    call.c.header('Link', `<${next.href}>; rel="next"`);
  }
  return call.c.json(slice.map(show));
}

const configJson = (app: AppRow): Record<string, unknown> => ({
  content_type: 'json',
  insecure_ssl: '0',
  ...(app.webhookSecret === '' ? {} : { secret: '********' }),
  url: app.webhookUrl ?? '',
});

function deliveryJson(row: DeliveryRow): Record<string, unknown> {
  return {
    id: row.id,
    guid: row.guid,
    delivered_at: row.delivered ?? row.queued,
    redelivery: row.redelivery,
    duration: row.durationSeconds,
    status: row.status,
    status_code: row.statusCode,
    event: row.event,
    action: row.action,
    installation_id: row.installation,
    repository_id: row.repository,
    throttled_at: null,
  };
}

function fullDeliveryJson(forge: Forge, app: AppRow, row: DeliveryRow): Record<string, unknown> {
  return {
    ...deliveryJson(row),
    url: forge.apps.get(String(app.id))?.webhookUrl ?? '',
    request: { headers: row.requestHeaders, payload: JSON.parse(row.payload) },
    response: { headers: row.responseHeaders, payload: row.responseBody },
  };
}
