import { z } from 'zod';
import type { Access } from '../access.ts';
import type { Forge, ReactionRow } from '../data.ts';
import type { Call, Route } from '../http.ts';
import { choice, notFound, page, pageQuery } from '../http.ts';
import { nodeId, userJson } from '../people.ts';
import { reactionContents } from '../shapes/issue.ts';
import type { Works } from '../works.ts';
import { commentOf } from './comments.ts';
import { issueOf } from './issues.ts';

const newReaction = z.strictObject({ content: z.enum(reactionContents) });
const all = [...reactionContents, 'any'] as const;

/** Reactions on issues and on comments: one of a kind for each person. */
export function mountReactionRoutes(route: Route, { forge }: Works): void {
  const subjects = [
    {
      path: '/repos/:owner/:repo/issues/:number/reactions',
      of(call: Call<unknown>, level: 'read' | 'write') {
        const right = issueOf(call, { level, role: 'read' });
        return { right, subject: `issue:${right.issue.id}` };
      },
    },
    {
      path: '/repos/:owner/:repo/issues/comments/:comment/reactions',
      of(call: Call<unknown>, level: 'read' | 'write') {
        const right = commentOf(call, level);
        return { right, subject: `comment:${right.comment.id}` };
      },
    },
  ];
  for (const { path, of } of subjects) {
    route(`GET ${path}`, { query: [...pageQuery, 'content'] }, (call) => {
      const { subject } = of(call, 'read');
      const content = choice(call, 'content', all, 'any');
      const rows = reactionsOf(forge, subject).filter((row) => content === 'any' || row.content === content);
      return page(call.c, rows, (row) => reactionJson(forge, row));
    });
    route(`POST ${path}`, { body: newReaction }, (call) => {
      const { right, subject } = of(call, 'write');
      const { row, fresh } = react(forge, right, subject, call.body.content);
      return call.c.json(reactionJson(forge, row), fresh ? 201 : 200);
    });
    route(`DELETE ${path}/:reaction`, {}, (call) => {
      const { right, subject } = of(call, 'write');
      const row = forge.reactions.get(String(call.number('reaction')));
      if (row?.subject !== subject || row.user !== right.actor.login) throw notFound();
      forge.reactions.delete(String(row.id));
      return call.c.body(null, 204);
    });
  }
}

const reactionsOf = (forge: Forge, subject: string): ReactionRow[] =>
  forge.reactions.values().filter((row) => row.subject === subject);

function react(
  forge: Forge,
  right: Access,
  subject: string,
  content: string,
): { row: ReactionRow; fresh: boolean } {
  const user = right.actor.login;
  const known = reactionsOf(forge, subject).find((row) => row.user === user && row.content === content);
  if (known) return { row: known, fresh: false };
  const row = {
    id: forge.nextId('reaction'),
    repo: right.repo.id,
    subject,
    content,
    user,
    created: forge.now(),
  };
  forge.reactions.put(String(row.id), row);
  return { row, fresh: true };
}

function reactionJson(forge: Forge, row: ReactionRow): Record<string, unknown> {
  const { id, content, created } = row;
  return {
    id,
    node_id: nodeId('Reaction', id),
    user: userJson(forge, row.user),
    content,
    created_at: created,
  };
}
