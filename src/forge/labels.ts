import type { Forge } from '../engine/ports.ts';
import type { Api } from './api.ts';
import { isWorldError } from './failures.ts';

type LabelCalls = Pick<Forge, 'addLabels' | 'removeLabel' | 'repositoryLabels' | 'createLabel'>;

/** Labels, one at a time: replacing an issue's whole set would undo what a person did a moment ago. */
export function labelCalls(api: Api): LabelCalls {
  const { at, octokit } = api;
  return {
    async addLabels(number, labels) {
      if (labels.length === 0) return;
      await api.write(`label issue ${number}`, (once) =>
        octokit.rest.issues.addLabels({ ...at, issue_number: number, labels, ...once }),
      );
    },
    async removeLabel(number, label) {
      const removing = api.write(`take label ${label} off issue ${number}`, (once) =>
        octokit.rest.issues.removeLabel({ ...at, issue_number: number, name: label, ...once }),
      );
      await api.orNull(removing);
    },
    repositoryLabels: () =>
      api.readAll(
        'labels of the repository',
        (page) => octokit.rest.issues.listLabelsForRepo({ ...at, ...page }),
        (data) => data.map(({ name, description }) => ({ name, description: description ?? '' })),
      ),
    async createLabel(name, color, description) {
      try {
        await api.write(`make label ${name}`, (once) =>
          octokit.rest.issues.createLabel({ ...at, name, color, description, ...once }),
        );
      } catch (error) {
        if (!(isWorldError(error, 'rejected') && /already_exists/.test(error.message))) throw error;
      }
    },
  };
}
