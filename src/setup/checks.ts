import { appFaults, webhookFaults } from './check-app.ts';
import { agentFaults, configFaults, secretFaults } from './check-config.ts';
import { actionFaults, isolationFaults, workflowFaultsOf } from './check-files.ts';
import {
  clockFaults,
  followerFaults,
  labelFaults,
  protectionFaults,
  pushFaults,
  stateFaults,
  tokenFaults,
  versionFaults,
} from './check-world.ts';
import type { Facts } from './facts.ts';
import type { Fault } from './fault.ts';

export interface Finding {
  check: string;
  level: 'ok' | Fault['level'];
  code: string;
  message: string;
  hint: string;
}

/** Everything that is looked at, in the order in which one thing rests on another. */
const checks: Readonly<Record<string, (facts: Facts) => Fault[]>> = {
  versions: versionFaults,
  git: pushFaults,
  token: tokenFaults,
  clock: clockFaults,
  config: configFaults,
  agents: agentFaults,
  workflow: workflowFaultsOf,
  action: actionFaults,
  secrets: secretFaults,
  isolation: isolationFaults,
  'state branch': stateFaults,
  followers: followerFaults,
  protection: protectionFaults,
  labels: labelFaults,
  app: appFaults,
  webhook: webhookFaults,
};

export function examineFacts(facts: Facts): Finding[] {
  return Object.entries(checks).flatMap(([check, look]): Finding[] => {
    const faults = look(facts);
    if (faults.length === 0) return [{ check, level: 'ok', code: 'ok', message: '', hint: '' }];
    return faults.map((fault) => ({ check, ...fault }));
  });
}
