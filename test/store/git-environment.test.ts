import { afterEach, expect, test, vi } from 'vitest';
import { git } from '../../src/base/git.ts';

afterEach(() => vi.unstubAllEnvs());

test('git finds its way through a proxy and trusts the certificates of the house; nothing else comes with it', async () => {
  vi.stubEnv('HTTPS_PROXY', 'http://proxy.invalid:3128');
  vi.stubEnv('no_proxy', 'localhost');
  vi.stubEnv('GIT_SSL_CAINFO', '/etc/house.pem');
  vi.stubEnv('GIT_DIR', '/somewhere/else');
  vi.stubEnv('GITHUB_TOKEN', 'a-token');
  const { stdout } = await git(['-c', 'alias.show-env=!env', 'show-env'], { cwd: '/' });

  expect(stdout).toContain('HTTPS_PROXY=http://proxy.invalid:3128\n');
  expect(stdout).toContain('no_proxy=localhost\n');
  expect(stdout).toContain('GIT_SSL_CAINFO=/etc/house.pem\n');
  expect(stdout).not.toMatch(/somewhere|a-token/);
});

test('its time limit may have a fraction: those of a run are parts of what somebody configured', async () => {
  expect(await git(['version'], { cwd: '/', timeoutMs: 66_666.67 })).toMatchObject({ code: 0 });
});
