import type { Hono } from 'hono';
import { routesOn } from '../http.ts';
import type { Works } from '../works.ts';
import { mountAppRoutes } from './apps.ts';
import { mountCheckRoutes } from './checks.ts';
import { mountCommentRoutes, mountEventRoutes } from './comments.ts';
import { mountCommitRoutes } from './commits.ts';
import { mountContentRoutes } from './contents.ts';
import { mountDependencyRoutes } from './dependencies.ts';
import { mountHookRoutes } from './hooks.ts';
import { mountIssueRoutes } from './issues.ts';
import { mountIssueLabelRoutes, mountLabelRoutes } from './labels.ts';
import { mountPullRoutes } from './pulls.ts';
import { mountReactionRoutes } from './reactions.ts';
import { mountRefRoutes } from './refs.ts';
import { mountRepositoryRoutes } from './repositories.ts';
import { mountReviewRoutes } from './reviews.ts';
import { mountRulesetRoutes } from './rulesets.ts';
import { mountStatusRoutes } from './statuses.ts';

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
    mountDependencyRoutes,
    mountPullRoutes,
    mountReviewRoutes,
    mountRulesetRoutes,
    mountRefRoutes,
    // Before the commits, whose route takes every path below it.
    mountStatusRoutes,
    mountCheckRoutes,
    mountCommitRoutes,
    mountContentRoutes,
    mountAppRoutes,
    mountHookRoutes,
  ]) {
    mount(route, works);
  }
}
