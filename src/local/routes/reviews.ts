import { z } from 'zod';
import type { Call, Route } from '../http.ts';
import { notFound, page, pageQuery, unsupported } from '../http.ts';
import { doerOf } from '../issues/doer.ts';
import { dismissReview, submitReview } from '../judged/reviews.ts';
import type { ReviewRow } from '../judged/rows.ts';
import { reviewsOf } from '../judged/rows.ts';
import { lineCommentJson, reviewJson } from '../shapes/judged.ts';
import type { Works } from '../works.ts';
import { pullOf } from './pulls.ts';

const newReview = z.strictObject({
  event: z.enum(['APPROVE', 'REQUEST_CHANGES', 'COMMENT']).optional(),
  body: z.string().optional(),
  commit_id: z.string().optional(),
  comments: z
    .array(z.strictObject({ path: z.string(), line: z.int().positive(), body: z.string().min(1) }))
    .optional(),
});
const dismissal = z.strictObject({ message: z.string().min(1), event: z.literal('DISMISS').optional() });

/** Reviews of pull requests, submitted at once: there are no drafts of them. What they say of lines is of the new file. */
export function mountReviewRoutes(route: Route, works: Works): void {
  const { forge } = works;
  route('POST /repos/:owner/:repo/pulls/:number/reviews', { body: newReview }, async (call) => {
    const right = pullOf(call, { level: 'write', role: 'read' });
    const { event, ...wish } = call.body;
    if (!event) throw unsupported('a pending review: name an event');
    const row = await submitReview(doerOf(works, right), right, { event, ...wish });
    return call.c.json(reviewJson(forge, right.repo, row));
  });
  route('GET /repos/:owner/:repo/pulls/:number/reviews', { query: pageQuery }, (call) => {
    const { repo, issue } = pullOf(call, { level: 'read' });
    const rows = reviewsOf(forge)
      .values()
      .filter((row) => row.repo === repo.id && row.pull === issue.number);
    return page(call.c, rows, (row) => reviewJson(forge, repo, row));
  });
  route('GET /repos/:owner/:repo/pulls/:number/comments', { query: pageQuery }, (call) => {
    const { repo, issue } = pullOf(call, { level: 'read' });
    const rows = reviewsOf(forge)
      .values()
      .filter((row) => row.repo === repo.id && row.pull === issue.number)
      .flatMap((review) => review.comments.map((comment) => ({ review, comment })));
    return page(call.c, rows, ({ review, comment }) => lineCommentJson(forge, repo, review, comment));
  });
  const reviewOf = (call: Call<unknown>, pull: { repo: { id: number }; issue: { number: number } }) => {
    const row: ReviewRow | undefined = reviewsOf(forge).get(String(call.number('review')));
    if (row?.repo !== pull.repo.id || row.pull !== pull.issue.number) throw notFound();
    return row;
  };
  route('GET /repos/:owner/:repo/pulls/:number/reviews/:review', {}, (call) => {
    const right = pullOf(call, { level: 'read' });
    return call.c.json(reviewJson(forge, right.repo, reviewOf(call, right)));
  });
  route('PUT /repos/:owner/:repo/pulls/:number/reviews/:review/dismissals', { body: dismissal }, (call) => {
    const right = pullOf(call, { level: 'write' });
    const row = dismissReview(doerOf(works, right), right, reviewOf(call, right));
    return call.c.json(reviewJson(forge, right.repo, row));
  });
}
