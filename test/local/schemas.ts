import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';

const require = createRequire(import.meta.url);
type Schema = Record<string, unknown>;

const hooks = require('@octokit/webhooks-schemas') as {
  $schema: string;
  definitions: Record<string, Schema>;
};
const hookSchemas = new Map<string, z.ZodType>();

/** What is wrong with a webhook's payload by GitHub's published schema; empty where nothing is. */
export function webhookFaults(event: string, payload: Record<string, unknown>): string[] {
  const name = [`${event}$${payload.action}`, `${event}$event`].find((one) => one in hooks.definitions);
  if (!name) return [`there is no schema for ${event} ${String(payload.action)}`];
  const known = hookSchemas.get(name);
  const schema =
    known ??
    z.fromJSONSchema({
      $schema: hooks.$schema,
      definitions: hooks.definitions,
      $ref: `#/definitions/${name}`,
    } as never);
  hookSchemas.set(name, schema);
  return faults(schema, payload);
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

/**
 * GitHub's description of its REST interface: 13 MB that no install of this project carries. It is found where
 * `OPENAPI_DIR` says (the package's folder) or in node_modules.
 */
export function loadOpenApi(): OpenApi | undefined {
  const folders = [process.env.OPENAPI_DIR, join(import.meta.dirname, '../../node_modules/@octokit/openapi')];
  const paths = folders.map((folder) => join(folder ?? '', 'generated/api.github.com.json'));
  const path = paths.find((one) => existsSync(one));
  return path ? new OpenApi(readFileSync(path, 'utf8')) : undefined;
}

export class OpenApi {
  readonly #description: Description;
  readonly #schemas = new Map<string, z.ZodType>();

  constructor(text: string) {
    this.#description = JSON.parse(text.replaceAll('#/components/schemas/', '#/definitions/')) as Description;
  }

  /** What is wrong with an answer. `path` is the description's, e.g. `/repos/{owner}/{repo}`. */
  faults(method: string, path: string, status: number, body: unknown): string[] {
    const operation = this.#description.paths[path]?.[method.toLowerCase()];
    if (!operation) return [`GitHub has no ${method} ${path}`];
    const response = operation.responses[String(status)];
    if (!response) return [`GitHub never answers ${method} ${path} with ${status}`];
    const schema = response.content?.['application/json']?.schema;
    return schema ? faults(this.#schema(`${method} ${path} ${status}`, schema), body) : [];
  }

  #schema(key: string, schema: Schema): z.ZodType {
    const known = this.#schemas.get(key);
    if (known) return known;
    const whole = { definitions: this.#description.components.schemas, ...schema };
    const made = z.fromJSONSchema(whole as never, { defaultTarget: 'openapi-3.0' });
    this.#schemas.set(key, made);
    return made;
  }
}

function faults(schema: z.ZodType, value: unknown): string[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.map((issue) =>
    `${issue.path.join('.')}: ${issue.message} ${detail(issue)}`.trim(),
  );
}

const detail = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_union' ? JSON.stringify(issue.errors).slice(0, 400) : '';
