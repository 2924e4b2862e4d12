import { z } from 'zod';
import type { Forge, RepositoryRow, RulesetRow } from '../data.ts';
import { fullNameOf } from '../data.ts';
import { HttpError } from '../host.ts';
import type { Route } from '../http.ts';
import { invalid, notFound, page, pageQuery, unsupported } from '../http.ts';
import { nodeId } from '../people.ts';
import { rulesetsOn } from '../rules.ts';
import { repositoryPage, repositoryUrl } from '../shapes/repository.ts';
import type { Works } from '../works.ts';

const pattern = z.string().min(1);
const newRuleset = z.strictObject({
  name: z.string().min(1),
  target: z.literal('branch').optional(),
  enforcement: z.enum(['active', 'disabled']),
  bypass_actors: z.array(z.never()).optional(),
  conditions: z.strictObject({
    ref_name: z.strictObject({ include: z.array(pattern), exclude: z.array(pattern) }),
  }),
  rules: z.array(z.strictObject({ type: z.enum(['deletion', 'non_fast_forward']) })),
});

const mayRead = { permission: 'metadata', level: 'read' } as const;
const mayRule = { permission: 'administration', level: 'write', role: 'admin' } as const;

/** Rulesets of a repository; those of an organization are not known here, nor is a way round one. */
export function mountRulesetRoutes(route: Route, { forge }: Works): void {
  const rowsOf = (repo: RepositoryRow) => forge.rulesets.values().filter((row) => row.repo === repo.id);
  route('GET /repos/:owner/:repo/rulesets', { query: pageQuery }, (call) => {
    const { repo } = call.access(mayRead);
    return page(call.c, rowsOf(repo), (row) => briefJson(forge, repo, row));
  });
  route('POST /repos/:owner/:repo/rulesets', { body: newRuleset }, (call) => {
    const { repo } = call.access(mayRule);
    const { name, enforcement, conditions, rules } = call.body;
    const { include, exclude } = conditions.ref_name;
    const wild = [...include, ...exclude].find((one) => /[*?[\\]/.test(one));
    if (wild) throw unsupported(`the pattern ${wild}`);
    if (rowsOf(repo).some((row) => row.name === name))
      throw invalid('Ruleset', 'name', 'custom', 'Name must be unique');
    const now = forge.now();
    const row: RulesetRow = {
      id: forge.nextId('ruleset'),
      repo: repo.id,
      name,
      enforcement,
      include,
      exclude,
      rules: rules.map(({ type }) => type),
      created: now,
      updated: now,
    };
    forge.rulesets.put(String(row.id), row);
    return call.c.json(rulesetJson(forge, repo, row), 201);
  });
  route('GET /repos/:owner/:repo/rulesets/:ruleset', {}, (call) => {
    const { repo } = call.access(mayRead);
    const row = forge.rulesets.get(String(call.number('ruleset')));
    if (row?.repo !== repo.id) throw notFound();
    return call.c.json(rulesetJson(forge, repo, row));
  });
  route('GET /repos/:owner/:repo/rules/branches/:branch{.+}', { query: pageQuery }, (call) => {
    const { repo } = call.access(mayRead);
    const rows = rulesetsOn(forge, repo, `refs/heads/${call.param('branch')}`);
    const active = rows.flatMap((row) => row.rules.map((type) => ({ row, type })));
    return page(call.c, active, ({ row, type }) => ({
      type,
      ruleset_source_type: 'Repository',
      ruleset_source: fullNameOf(repo),
      ruleset_id: row.id,
    }));
  });
  // Protection of the older kind, which nothing here can set up.
  route('GET /repos/:owner/:repo/branches/:branch/protection', {}, (call) => {
    call.access({ permission: 'administration', level: 'read', role: 'admin' });
    throw new HttpError(404, 'Branch not protected');
  });
}

function briefJson(forge: Forge, repo: RepositoryRow, row: RulesetRow): Record<string, unknown> {
  const { id, name, enforcement, created, updated } = row;
  return {
    id,
    name,
    target: 'branch',
    source_type: 'Repository',
    source: fullNameOf(repo),
    enforcement,
    node_id: nodeId('RepositoryRuleset', id),
    _links: {
      self: { href: `${repositoryUrl(forge, repo)}/rulesets/${id}` },
      html: { href: `${repositoryPage(forge, repo)}/rules/${id}` },
    },
    created_at: created,
    updated_at: updated,
  };
}

function rulesetJson(forge: Forge, repo: RepositoryRow, row: RulesetRow): Record<string, unknown> {
  const { include, exclude, rules } = row;
  return {
    ...briefJson(forge, repo, row),
    bypass_actors: [],
    current_user_can_bypass: 'never',
    conditions: { ref_name: { include, exclude } },
    rules: rules.map((type) => ({ type })),
  };
}
