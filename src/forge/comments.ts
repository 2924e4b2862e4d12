import type { Comment, Forge } from '../engine/ports.ts';
import type { Api } from './api.ts';
import { type AppIdentity, isOurs } from './identity.ts';

type CommentCalls = Pick<
  Forge,
  'comments' | 'createComment' | 'updateComment' | 'deleteComment' | 'react' | 'hasReacted'
>;

/** Comments on issues and pull requests. */
export function commentCalls(api: Api, app: AppIdentity): CommentCalls {
  const { at, octokit } = api;
  return {
    comments: (number) =>
      api.readAll(
        `comments of issue ${number}`,
        (page) => octokit.rest.issues.listComments({ ...at, issue_number: number, ...page }),
        (data) => data.map((json) => commentOf(json, app)),
      ),
    async createComment(number, body) {
      const data = await api.write(`comment on issue ${number}`, (once) =>
        octokit.rest.issues.createComment({ ...at, issue_number: number, body, ...once }),
      );
      return data.id;
    },
    async updateComment(id, body) {
      await api.write(`change comment ${id}`, (once) =>
        octokit.rest.issues.updateComment({ ...at, comment_id: id, body, ...once }),
      );
    },
    async deleteComment(id) {
      const deleting = api.write(`delete comment ${id}`, (once) =>
        octokit.rest.issues.deleteComment({ ...at, comment_id: id, ...once }),
      );
      await api.orNull(deleting);
    },
    async react(comment, content) {
      await api.write(`react to comment ${comment}`, (once) =>
        octokit.rest.reactions.createForIssueComment({ ...at, comment_id: comment, content, ...once }),
      );
    },
    async hasReacted(comment) {
      const ours = await api.readAll(
        `reactions to comment ${comment}`,
        (page) => octokit.rest.reactions.listForIssueComment({ ...at, comment_id: comment, ...page }),
        (data) => data.map(({ user }) => isOurs(user, null, app)),
      );
      return ours.includes(true);
    },
  };
}

interface CommentJson {
  id: number;
  body?: string | undefined;
  user: { login: string; type: string } | null;
  created_at: string;
  performed_via_github_app?: { id: number } | null | undefined;
}

function commentOf(json: CommentJson, app: AppIdentity): Comment {
  return {
    id: json.id,
    body: json.body ?? '',
    author: json.user?.login ?? 'ghost',
    author_is_bot: json.user?.type === 'Bot',
    ours: isOurs(json.user, json.performed_via_github_app, app),
    at: json.created_at,
  };
}
