import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { takeUser } from '../../src/runner/user.ts';

/** Whether an agent can have a user of its own here (root, or sudo): the tests of that are skipped where it cannot. */
export const ownUserIsPossible = await (async () => {
  const user = await takeUser(systemClock, silentLog);
  await user?.release();
  return user !== null;
})();
