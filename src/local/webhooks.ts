import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import type { AppRow, DeliveryRow, Forge, InstallationRow, RepositoryRow } from './data.ts';
import { fullNameOf, repositoryById } from './data.ts';
import { HttpError } from './host.ts';
import type { Fate, Misbehaviour } from './misbehave.ts';
import { nodeId, userJson } from './people.ts';
import { repositoryJson } from './shapes/repository.ts';

/** GitHub hangs up after ten seconds. */
const timeLimitMs = 10_000;
/**
 * How many deliveries to one app are on their way at once. They start in order; they may end in any. GitHub names no
 * limit; with few, an app that answers only what is durable would be slowed by the queue and not by its work.
 */
const width = 64;
/** Events that reach an app without a subscription. */
const unasked = new Set(['installation', 'installation_repositories']);

/** Signed webhooks to apps: the queue, the delivery log, and redelivery. Nothing is retried by itself. */
export class Webhooks {
  readonly #forge: Forge;
  readonly #misbehaviour: Misbehaviour;
  readonly #waiting: number[] = [];
  readonly #held: number[] = [];
  readonly #delayed = new Set<() => void>();
  readonly #underWay = new Set<AbortController>();
  #settled: (() => void)[] = [];
  #open = false;

  constructor(forge: Forge, misbehaviour: Misbehaviour) {
    this.#forge = forge;
    this.#misbehaviour = misbehaviour;
  }

  /** Starts sending; what an earlier process left unsent goes first. */
  start(): void {
    this.#open = true;
    const unsent = this.#forge.deliveries.values().filter((row) => row.statusCode === 0);
    this.#waiting.splice(0, this.#waiting.length, ...unsent.map((row) => row.id));
    this.#pump();
  }

  /** Queues `event` to every app that is installed on `repo` and subscribed. One GUID for all of them. */
  emit(repo: RepositoryRow, event: string, payload: Record<string, unknown>, sender: string): void {
    const guid = this.#guid();
    for (const installation of this.#forge.installations.values()) {
      if (!installation.repositories.includes(repo.id)) continue;
      const app = this.#forge.apps.get(String(installation.app));
      if (!app?.events.includes(event)) continue;
      const full = {
        ...payload,
        repository: repositoryJson(this.#forge, repo),
        sender: userJson(this.#forge, sender),
        installation: { id: installation.id, node_id: nodeId('IntegrationInstallation', installation.id) },
      };
      this.#queue(app, installation, repo, event, guid, full);
    }
  }

  /** Queues an event about an installation to its own app. */
  emitToApp(
    app: AppRow,
    installation: InstallationRow,
    event: string,
    payload: Record<string, unknown>,
  ): void {
    if (!app.events.includes(event) && !unasked.has(event)) return;
    this.#queue(app, installation, null, event, this.#guid(), payload);
  }

  /** Sends a delivery again: a new delivery with the same GUID and the same body. */
  redeliver(row: DeliveryRow): void {
    const again = { ...row, ...unsent(this.#forge), id: this.#forge.nextId('delivery'), redelivery: true };
    this.#accept(again);
  }

  /** Lets go of the deliveries that a test held back, in the order that `order` gives them. */
  release(order: (ids: number[]) => number[] = (ids) => ids): void {
    this.#waiting.push(...order(this.#held.splice(0)));
    this.#pump();
  }

  /** Resolves when nothing is waiting or on its way (held deliveries do not count). */
  settled(): Promise<void> {
    if (this.#idle()) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** Hangs up on everything. What was not answered is sent again by the next process. */
  close(): void {
    this.#open = false;
    for (const callOff of this.#delayed) callOff();
    for (const sending of this.#underWay) sending.abort();
  }

  #guid(): string {
    const hex = this.#forge.random.hex(16);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  #queue(
    app: AppRow,
    installation: InstallationRow,
    repo: RepositoryRow | null,
    event: string,
    guid: string,
    payload: Record<string, unknown>,
  ): void {
    this.#accept({
      id: this.#forge.nextId('delivery'),
      guid,
      app: app.id,
      installation: installation.id,
      repository: repo?.id ?? null,
      event,
      action: typeof payload.action === 'string' ? payload.action : null,
      redelivery: false,
      payload: JSON.stringify(payload),
      ...unsent(this.#forge),
    });
  }

  #accept(row: DeliveryRow): void {
    const fate = this.#fate(row);
    if (fate === 'lose') return;
    const log = this.#forge.deliveries;
    if (fate === 'fail') {
      log.put(String(row.id), { ...row, statusCode: 502, status: 'failed to connect to host' });
      return;
    }
    log.put(String(row.id), row);
    if (fate === 'hold') this.#held.push(row.id);
    else if (typeof fate === 'object') this.#later(row.id, fate.delayMs);
    else this.#waiting.push(row.id);
    if (fate === 'double') {
      const twin = { ...row, id: this.#forge.nextId('delivery') };
      log.put(String(twin.id), twin);
      this.#waiting.push(twin.id);
    }
    this.#pump();
  }

  #fate(row: DeliveryRow): Fate {
    const { fateOf } = this.#misbehaviour;
    if (!fateOf) return 'deliver';
    const { guid, event, action, redelivery } = row;
    const repository =
      row.repository === null ? null : fullNameOf(repositoryById(this.#forge, row.repository));
    const payload = JSON.parse(row.payload) as Record<string, unknown>;
    return fateOf({ guid, event, action, repository, redelivery, payload }) || 'deliver';
  }

  #later(id: number, delayMs: number): void {
    const callOff = this.#forge.clock.after(delayMs, () => {
      this.#delayed.delete(callOff);
      this.#waiting.push(id);
      this.#pump();
    });
    this.#delayed.add(callOff);
  }

  #pump(): void {
    while (this.#open && this.#underWay.size < width) {
      const id = this.#waiting.shift();
      if (id === undefined) break;
      const row = this.#forge.deliveries.get(String(id));
      if (row) void this.#send(row);
    }
    if (this.#idle()) for (const tell of this.#settled.splice(0)) tell();
  }

  #idle(): boolean {
    return this.#waiting.length === 0 && this.#underWay.size === 0 && this.#delayed.size === 0;
  }

  async #send(row: DeliveryRow): Promise<void> {
    const sending = new AbortController();
    this.#underWay.add(sending);
    const started = this.#forge.clock.now();
    const outcome = await post(this.#forge, row, sending);
    this.#underWay.delete(sending);
    if (!this.#open) return;
    const durationSeconds = (this.#forge.clock.now() - started) / 1000;
    this.#forge.deliveries.put(String(row.id), {
      ...row,
      ...outcome,
      delivered: this.#forge.now(),
      durationSeconds,
    });
    this.#pump();
  }
}

const unsent = (forge: Forge) => ({
  queued: forge.now(),
  delivered: null,
  statusCode: 0,
  status: 'queued',
  durationSeconds: 0,
  requestHeaders: {},
  responseHeaders: {},
  responseBody: '',
});

type Outcome = Pick<
  DeliveryRow,
  'statusCode' | 'status' | 'requestHeaders' | 'responseHeaders' | 'responseBody'
>;

/** One POST over a connection of its own: a kept-alive one that the app has closed would look like a lost delivery. */
function post(forge: Forge, row: DeliveryRow, sending: AbortController): Promise<Outcome> {
  const app = forge.apps.get(String(row.app));
  const requestHeaders = headersOf(row, app);
  const failed = (statusCode: number, status: string): Outcome => ({
    statusCode,
    status,
    requestHeaders,
    responseHeaders: {},
    responseBody: '',
  });
  return new Promise((resolve) => {
    if (!app?.webhookUrl) return resolve(failed(502, 'no webhook address'));
    const options = {
      method: 'POST',
      headers: requestHeaders,
      agent: false as const,
      signal: sending.signal,
    };
    let late = false;
    const callOff = forge.clock.after(timeLimitMs, () => {
      late = true;
      sending.abort();
    });
    const end = (outcome: Outcome) => {
      callOff();
      resolve(outcome);
    };
    const refuse = () => end(late ? failed(504, 'timed out') : failed(502, 'failed to connect to host'));
    const sent = request(new URL(app.webhookUrl), options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', refuse);
      answer.on('end', () => {
        const statusCode = answer.statusCode ?? 502;
        const status = statusCode < 400 ? 'OK' : `Invalid HTTP Response: ${statusCode}`;
        const responseHeaders = Object.fromEntries(
          Object.entries(answer.headers).map(([k, v]) => [k, String(v)]),
        );
        const responseBody = Buffer.concat(chunks).toString('utf8');
        end({ statusCode, status, requestHeaders, responseHeaders, responseBody });
      });
    });
    sent.on('error', refuse);
    sent.end(row.payload);
  });
}

function headersOf(row: DeliveryRow, app: AppRow | undefined): Record<string, string> {
  const sign = (algorithm: string) =>
    `${algorithm}=${createHmac(algorithm, app?.webhookSecret ?? '')
      .update(row.payload)
      .digest('hex')}`;
  return {
    Accept: '*/*',
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(row.payload)),
    'User-Agent': 'GitHub-Hookshot/embedded',
    'X-GitHub-Delivery': row.guid,
    'X-GitHub-Event': row.event,
    'X-GitHub-Hook-ID': String(row.app),
    'X-GitHub-Hook-Installation-Target-ID': String(row.app),
    'X-GitHub-Hook-Installation-Target-Type': 'integration',
    'X-Hub-Signature': sign('sha1'),
    'X-Hub-Signature-256': sign('sha256'),
  };
}

/** Webhooks go over plain HTTP, as to an app on the same machine. */
export function checkWebhookUrl(url: string): void {
  if (!URL.canParse(url) || new URL(url).protocol !== 'http:') {
    throw new HttpError(422, `not supported by the embedded GitHub: a webhook address like ${url}`);
  }
}
