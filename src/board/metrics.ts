import type { Deliveries, Vitals } from './vitals.ts';

interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** A family of samples; `total` only grows. */
interface Metric {
  name: string;
  help: string;
  type: 'gauge' | 'counter';
  samples: Sample[];
}

/** Everything that is measured, in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function metricsText(desks: readonly Vitals[], deliveries: Deliveries): string {
  return [...ofDesks(desks), ...ofDeliveries(deliveries)].map(textOf).join('');
}

/** Samples of all desks, each with its name. */
function makers(desks: readonly Vitals[]) {
  const each = (samples: (vitals: Vitals) => [labels: Record<string, string>, value: number][]): Sample[] =>
    desks.flatMap((vitals) =>
      samples(vitals).map(([labels, value]) => ({ labels: { repository: vitals.desk, ...labels }, value })),
    );
  const gauge = (name: string, help: string, samples: Sample[]): Metric => ({
    name,
    help,
    type: 'gauge',
    samples,
  });
  const counter = (name: string, help: string, samples: Sample[]): Metric => ({
    ...gauge(name, help, samples),
    type: 'counter',
  });
  return { each, gauge, counter };
}

/** Those who are told of each transition, by outbound webhooks. */
function ofReceivers(desks: readonly Vitals[]): Metric[] {
  const { each, gauge, counter } = makers(desks);
  return [
    counter(
      'receiver_taken_total',
      'Transitions that a receiver of outbound webhooks took.',
      each(({ health }) => health.told.map(({ name, taken }) => [{ receiver: name }, taken])),
    ),
    gauge(
      'receiver_behind',
      'Commits that a receiver was not told yet.',
      each(({ health }) => health.told.map(({ name, behind }) => [{ receiver: name }, behind])),
    ),
    gauge(
      'receiver_behind_since_timestamp_seconds',
      'When the first of them was made.',
      each(({ health }) =>
        health.told.flatMap(({ name, since }) =>
          since === null ? [] : [[{ receiver: name }, since / 1000]],
        ),
      ),
    ),
    gauge(
      'receiver_failures',
      'How often in a row a receiver could not be told.',
      each(({ health }) => health.told.map(({ name, failure }) => [{ receiver: name }, failure?.count ?? 0])),
    ),
  ];
}

function ofDesks(desks: readonly Vitals[]): Metric[] {
  const { each, gauge, counter } = makers(desks);
  return [
    gauge(
      'tickets',
      'Open tickets by state.',
      each(({ tickets }) => Object.entries(tickets).map(([state, count]) => [{ state }, count])),
    ),
    gauge(
      'needs_person',
      'Things that wait for a person.',
      each(({ top }) => [[{}, top.needs.length]]),
    ),
    gauge(
      'agent_works',
      'Attempts that occupy an agent.',
      each(({ top }) => top.agents.map(({ name, works }) => [{ agent: name }, works])),
    ),
    gauge(
      'agent_capacity',
      'Attempts that an agent may work at a time.',
      each(({ top }) => top.agents.map(({ name, capacity }) => [{ agent: name }, capacity])),
    ),
    gauge(
      'queue',
      'What waits or is being done, by line.',
      each(({ health }) => Object.entries(health.queue).map(([line, size]) => [{ line }, size])),
    ),
    counter(
      'sweeps_total',
      'Sweeps that ended.',
      each(({ health }) => [[{}, health.sweeps.count]]),
    ),
    counter(
      'sweeps_failed_total',
      'Sweeps that failed.',
      each(({ health }) => [[{}, health.sweeps.failed]]),
    ),
    gauge(
      'sweep_seconds',
      'How long the last sweep took.',
      each(({ health: { sweeps } }) => (sweeps.last ? [[{}, sweeps.last.ms / 1000]] : [])),
    ),
    gauge(
      'sweep_ended_timestamp_seconds',
      'When the last sweep ended.',
      each(({ health: { sweeps } }) => (sweeps.last ? [[{}, sweeps.last.at / 1000]] : [])),
    ),
    ...ofReceivers(desks),
    gauge(
      'rate_limit_remaining',
      "Calls to GitHub's API left in this hour.",
      each(({ rateLimit }) => (rateLimit ? [[{}, rateLimit.remaining]] : [])),
    ),
    gauge(
      'rate_limit',
      "Calls to GitHub's API allowed in an hour.",
      each(({ rateLimit }) => (rateLimit ? [[{}, rateLimit.limit]] : [])),
    ),
  ];
}

function ofDeliveries({ failing, again, recovered, givenUp }: Deliveries): Metric[] {
  const one = (name: string, help: string, value: number, type: Metric['type']): Metric => ({
    name,
    help,
    type,
    samples: [{ labels: {}, value }],
  });
  return [
    one('deliveries_failing', 'Webhook events that were not taken yet.', failing, 'gauge'),
    one('deliveries_again_total', 'Webhook deliveries asked for once more.', again, 'counter'),
    one('deliveries_recovered_total', 'Webhook events taken after they had failed.', recovered, 'counter'),
    one(
      'deliveries_given_up_total',
      'Webhook events given up; a sweep finds what they told.',
      givenUp,
      'counter',
    ),
  ];
}

function textOf({ name, help, type, samples }: Metric): string {
  const full = `signalbox_${name}`;
  const lines = samples.map(({ labels, value }) => `${full}${labelsOf(labels)} ${value}`);
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ''].join('\n');
}

function labelsOf(labels: Record<string, string>): string {
  const escaped = (value: string) =>
    value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}
