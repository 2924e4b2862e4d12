import { afterAll, beforeAll, describe } from 'vitest';
import { branches } from './contract/branches.ts';
import { comments } from './contract/comments.ts';
import { issues } from './contract/issues.ts';
import { judgements } from './contract/judgements.ts';
import { labels } from './contract/labels.ts';
import { pulls } from './contract/pulls.ts';
import { runs } from './contract/runs.ts';
import type { Subject } from './contract/subject.ts';

/**
 * What holds of every forge that the engine meets, told on a repository that others work on as well. Files of the default
 * branch (`file`, `commitsOf`) and the time of a commit (`commitTime`) are left out: the simulation has no files but
 * tickets, takes its configuration for given, and asks no agent for signs of life.
 */
export function forgeContract(name: string, makeSubject: () => Promise<Subject>): void {
  describe(name, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await makeSubject();
    });
    afterAll(() => subject.stop());
    const use = () => subject;

    describe('labels', () => labels(use));
    describe('an issue', () => issues(use));
    describe('comments', () => comments(use));
    describe('runs', () => runs(use));
    describe('branches', () => branches(use));
    describe('pull requests', () => pulls(use));
    describe('judgements', () => judgements(use));
  });
}
