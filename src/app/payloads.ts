import type { Comment, Run } from '../engine/ports.ts';
import type { Repository } from './desk.ts';

/** What we read of GitHub's payloads, in the engine's words. */

export function repositoryOf({ id, full_name }: { id: number; full_name: string }): Repository {
  const [owner = '', repo = ''] = full_name.split('/');
  return { id, owner, repo };
}

interface CommentPayload {
  id: number;
  body: string;
  user: { login: string; type?: string | undefined } | null;
  created_at: string;
}

/** A comment that reached this far is not ours: what we wrote was dropped by its sender. */
export function commentOf(comment: CommentPayload): Comment {
  return {
    id: comment.id,
    body: comment.body,
    author: comment.user?.login ?? 'ghost',
    author_is_bot: comment.user?.type === 'Bot',
    ours: false,
    at: comment.created_at,
  };
}

interface RunPayload {
  id: number;
  run_attempt: number;
  display_title?: string | undefined;
  status: string;
  conclusion: string | null;
  html_url: string;
  created_at: string;
  updated_at: string;
}

/** Everything before `in_progress` (requested, pending, waiting for approval) is as alive as a queued run. */
export function runOf(run: RunPayload): Run {
  return {
    id: run.id,
    run_attempt: run.run_attempt,
    title: run.display_title ?? '',
    status: run.status === 'completed' || run.status === 'in_progress' ? run.status : 'queued',
    conclusion: run.conclusion,
    url: run.html_url,
    created: run.created_at,
    updated: run.updated_at,
  };
}
