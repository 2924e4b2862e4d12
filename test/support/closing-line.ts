import { writeSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * What a build server reads: at the very end one plain line, `12 passed, 0 failed`. A test that was skipped counts as
 * failed here, since a build that skips shows nothing about what it skipped; so does a file that could not be loaded.
 */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const of = (state: string): TestCase[] => tests.filter((test) => test.result().state === state);
    const skipped = [...of('skipped'), ...of('pending')];
    const unloaded = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0);
    const failed = of('failed').length + skipped.length + unloaded.length + errors.length;
    const lines = skipped.map(
      (test) =>
        `skipped, and with CI set that is a failure: ${test.module.relativeModuleId} > ${test.fullName}`,
    );
    if (failed > 0) process.exitCode = 1;
    // At exit, so that vitest's own summary stands above it.
    process.once('exit', () => {
      writeSync(1, `\n${[...lines, `${of('passed').length} passed, ${failed} failed`].join('\n')}\n`);
    });
  }
}
