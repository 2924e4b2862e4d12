import { isoSeconds } from '../base/clock.ts';
import type { Ticket } from '../ticket/format.ts';
import { expiryOf } from '../ticket/questions.ts';
import { unansweredReason } from '../ticket/sentences.ts';
import { type Context, own } from './context.ts';
import type { Snapshot } from './ports.ts';
import { isUntold } from './together.ts';
import { momentAt } from './view.ts';

/**
 * Blocks tickets whose questions waited too long. The issue is read first, since an answer may stand there of which
 * nobody told; where it cannot be read the question waits on.
 */
export async function expireQuestions(context: Context, snapshot: Snapshot): Promise<Promise<unknown>[]> {
  const config = await context.config();
  const now = momentAt(snapshot, context.forge.now());
  const expire = async ({ id, issue, waiting }: Ticket) => {
    if (issue !== null)
      await context.readIssue(issue).catch((error) => {
        if (!isUntold(error)) throw error;
      });
    const reason = unansweredReason(waiting?.question ?? '', config.limits.question_days);
    const asked = { ...own(context, `question:${waiting?.since}`), at: isoSeconds(now) };
    await context.writer.handle(id, { ...asked, kind: 'expire', code: 'question-expired', reason });
  };
  return [...snapshot.tickets.values()].flatMap(({ ticket }) => {
    const at = ticket && expiryOf(ticket, config);
    return ticket && at !== null && at <= now ? [expire(ticket)] : [];
  });
}
