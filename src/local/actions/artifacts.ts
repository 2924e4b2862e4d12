import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RestEndpointMethodTypes } from '@octokit/rest';
import { notFound, paginate } from '../http.ts';
import type { Declare } from './door.ts';
import type { Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';
import { runOf } from './read-routes.ts';
import type { ArtifactRecord } from './records.ts';
import { retentionDays } from './retention.ts';
import { nameOf, runUrls } from './shapes.ts';
import { type ZipFile, zip } from './zip.ts';

type ArtifactJson = RestEndpointMethodTypes['actions']['getArtifact']['response']['data'];

const dayMs = 24 * 3600 * 1000;
const linkMs = 60_000;

/** Keeps files of a run as one artifact. @throws Error where the run has one of that name */
export function keepArtifact(
  ledger: Ledger,
  machine: Machine,
  runId: number,
  { name, files, days }: { name: string; files: readonly ZipFile[]; days: number | null },
): ArtifactRecord & { url: string } {
  if (ledger.artifacts(runId).some((one) => one.name === name))
    throw new Error('(409) Conflict: an artifact with this name already exists on the workflow run');
  const bytes = zip(files);
  const createdAt = ledger.host.clock.now();
  const id = ledger.host.nextId('artifact');
  writeFileSync(pathOf(machine, id), bytes, { mode: 0o600 });
  const run = ledger.run(runId);
  const record = ledger.putArtifact({
    id,
    runId,
    name,
    size: bytes.length,
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    createdAt,
    expiresAt: createdAt + (days ?? retentionDays) * dayMs,
  });
  const { html_url } = runUrls(ledger.host, nameOf(ledger.host, run.repository), runId);
  return { ...record, url: `${html_url}/artifacts/${id}` };
}

/** An artifact's content is had by way of an address that is good for a minute, until it expires. */
export function artifactRoutes(declare: Declare, ledger: Ledger, machine: Machine): void {
  const { host } = ledger;
  const links = new Map<string, string>();
  const list = ['page', 'per_page', 'name'];
  declare(
    'GET',
    '/runs/:run_id/artifacts',
    'read',
    (visit) => {
      const run = runOf(ledger, visit);
      const name = visit.c.req.query('name');
      const all = ledger.artifacts(run.id).filter((one) => name === undefined || one.name === name);
      const artifacts = paginate(visit.c, all).slice.map((one) => artifactJson(ledger, one));
      return visit.c.json({ total_count: all.length, artifacts });
    },
    list,
  );
  declare('GET', '/artifacts/:artifact_id', 'read', (visit) => {
    const found = ledger.findArtifact(visit.repository, visit.number('artifact_id'));
    if (!found) throw notFound();
    return visit.c.json(artifactJson(ledger, found));
  });
  declare('GET', '/artifacts/:artifact_id/zip', 'read', (visit) => {
    const found = ledger.findArtifact(visit.repository, visit.number('artifact_id'));
    if (!found) throw notFound();
    if (isExpired(ledger, found)) return visit.c.json({ message: 'Artifact has expired' }, 410);
    const key = host.random.hex(16);
    links.set(key, pathOf(machine, found.id));
    host.clock.after(linkMs, () => links.delete(key));
    return visit.c.redirect(`${host.url()}/api/v3/repos/${visit.fullName}/actions/archives/${key}`, 302);
  });
  declare('GET', '/archives/:key', 'read', ({ c }) => {
    const path = links.get(c.req.param('key') ?? '');
    if (!path) throw notFound();
    return c.body(new Uint8Array(readFileSync(path)), 200, { 'content-type': 'application/zip' });
  });
}

/** Deletes the content of artifacts that have expired; that they were is still told. */
export function dropExpired(ledger: Ledger, machine: Machine): void {
  for (const one of ledger.artifacts())
    if (isExpired(ledger, one)) rmSync(pathOf(machine, one.id), { force: true });
}

function pathOf({ artifactFolder }: Machine, id: number): string {
  return join(artifactFolder, `${id}.zip`);
}

function isExpired({ host }: Ledger, { expiresAt }: ArtifactRecord): boolean {
  return host.clock.now() >= expiresAt;
}

function artifactJson(ledger: Ledger, artifact: ArtifactRecord) {
  const { host } = ledger;
  const { id, name, size, digest, createdAt, expiresAt, runId } = artifact;
  const run = ledger.run(runId);
  const url = `${host.url()}/api/v3/repos/${nameOf(host, run.repository)}/actions/artifacts/${id}`;
  const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  return {
    id,
    node_id: Buffer.from(`A${id}`).toString('base64url'),
    name,
    size_in_bytes: size,
    url,
    archive_download_url: `${url}/zip`,
    expired: isExpired(ledger, artifact),
    digest,
    created_at: iso(createdAt),
    updated_at: iso(createdAt),
    expires_at: iso(expiresAt),
    workflow_run: {
      id: runId,
      repository_id: run.repository,
      head_repository_id: run.repository,
      head_branch: run.ref.replace(/^refs\/(heads|tags)\//, ''),
      head_sha: run.sha,
    },
  } satisfies ArtifactJson;
}
