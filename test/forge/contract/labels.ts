import { expect, test } from 'vitest';
import type { Forge } from '../../../src/engine/ports.ts';
import type { Use } from './subject.ts';

export function labels(use: Use): void {
  const labelsOf = async (forge: Forge, number: number) => {
    const issue = await forge.issue(number);
    return typeof issue === 'string' ? issue : issue.labels;
  };

  test('a label is one in any case of letters, and is shown as it was made', async () => {
    const { forge, others } = use();
    await forge.createLabel('park', 'ededed', 'Stop now and wait');
    await forge.createLabel('Park', 'ededed', 'the same to GitHub');
    expect((await forge.repositoryLabels()).filter(({ name }) => name.toLowerCase() === 'park')).toEqual([
      { name: 'park', description: 'Stop now and wait' },
    ]);

    const number = await others.open('elmar', 'A ticket');
    await others.label(number, 'PARK', 'elmar');
    await forge.addLabels(number, ['Park']);
    expect(await labelsOf(forge, number)).toEqual(['park']);
    expect((await forge.issuesLabelled('pArK')).map((issue) => issue.number)).toContain(number);
    await forge.removeLabel(number, 'PARK');
    expect(await labelsOf(forge, number)).toEqual([]);
    expect((await forge.issuesLabelled('park')).map((issue) => issue.number)).not.toContain(number);
    const told = (await forge.events(number)).map(({ event, label, actor }) => [event, label, actor]);
    expect(told).toEqual([
      ['labeled', 'park', 'elmar'],
      ['unlabeled', 'park', 'signalbox[bot]'],
    ]);
  });

  test('one that is absent is taken off without a word, and without an event', async () => {
    const { forge, others } = use();
    await forge.createLabel('hold', 'ededed', '');
    const number = await others.open('elmar', 'A ticket', ['hold']);
    await others.unlabel(number, 'hold', 'lucienne');
    await forge.removeLabel(number, 'hold');
    await forge.removeLabel(number, 'nobody made this');
    const told = (await forge.events(number)).map(({ event, actor }) => [event, actor]);
    expect(told).toEqual([
      ['labeled', 'elmar'],
      ['unlabeled', 'lucienne'],
    ]);
  });

  test('one that nobody made is made by being put on an issue', async () => {
    const { forge, others } = use();
    const number = await forge.createIssue('A ticket', '', ['Unheard']);
    await others.label(number, 'Unseen', 'lucienne');
    const other = await forge.createIssue('Another', '', []);
    await forge.addLabels(other, ['unseen', 'unheard']);
    expect(await labelsOf(forge, other)).toEqual(['Unheard', 'Unseen']);
    const brought = (await forge.repositoryLabels()).filter(({ name }) => /^un(heard|seen)$/i.test(name));
    expect(brought).toHaveLength(2);
    expect(brought).toEqual(
      expect.arrayContaining(['Unheard', 'Unseen'].map((name) => ({ name, description: '' }))),
    );
  });

  test("an issue's labels are in the order of their names", async () => {
    const { forge } = use();
    const number = await forge.createIssue('A ticket', '', ['zebra', 'apple']);
    await forge.addLabels(number, ['Mouse']);
    expect(await labelsOf(forge, number)).toEqual(['apple', 'Mouse', 'zebra']);
  });
}
