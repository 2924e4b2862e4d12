import type { Hono } from 'hono';
import { routesOn } from '../http.ts';
import type { Works } from '../works.ts';
import { mountAppRoutes } from './apps.ts';
import { mountCommentRoutes, mountEventRoutes } from './comments.ts';
import { mountCommitRoutes } from './commits.ts';
import { mountContentRoutes } from './contents.ts';
import { mountHookRoutes } from './hooks.ts';
import { mountIssueRoutes } from './issues.ts';
import { mountIssueLabelRoutes, mountLabelRoutes } from './labels.ts';
import { mountPullRoutes } from './pulls.ts';
import { mountReactionRoutes } from './reactions.ts';
import { mountRefRoutes } from './refs.ts';
import { mountRepositoryRoutes } from './repositories.ts';
import { mountRulesetRoutes } from './rulesets.ts';

/** Every REST route of the forge itself; Actions adds its own. */
export function mountRoutes(api: Hono, works: Works): void {
  const route = routesOn(api, works.forge);
  for (const mount of [
    mountRepositoryRoutes,
    mountIssueRoutes,
    mountLabelRoutes,
    mountIssueLabelRoutes,
    mountCommentRoutes,
    mountEventRoutes,
    mountReactionRoutes,
    mountPullRoutes,
    mountRulesetRoutes,
    mountRefRoutes,
    mountCommitRoutes,
    mountContentRoutes,
    mountAppRoutes,
    mountHookRoutes,
  ]) {
    mount(route, works);
  }
}
