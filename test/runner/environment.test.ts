import { expect, test } from 'vitest';
import { agentEnvironment } from '../../src/runner/agent.ts';

test('an agent sees the names it may see, and of two logins only the one that the repository has', () => {
  const job = {
    PATH: '/bin',
    GITHUB_TOKEN: 'ghs_x',
    ANTHROPIC_API_KEY: 'sk-ant',
    CLAUDE_CODE_OAUTH_TOKEN: '',
  };
  const names = ['ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN', 'NOWHERE'];
  expect(agentEnvironment(job, names, { SIGNALBOX_TICKET: 'MC-1' })).toEqual({
    PATH: '/bin',
    ANTHROPIC_API_KEY: 'sk-ant',
    SIGNALBOX_TICKET: 'MC-1',
  });
});
