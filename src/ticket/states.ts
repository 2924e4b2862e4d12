/** The eight states of a ticket, in the order people read them on a board. */
export const states = [
  'inbox',
  'todo',
  'in_progress',
  'waiting',
  'blocked',
  'review',
  'done',
  'cancelled',
] as const;

export type State = (typeof states)[number];

/** Every state but `done` and `cancelled`. */
export const openStates = states.filter((state) => isOpen(state));

/** Whether anything may still happen to a ticket in `state` but a reopening. */
export function isOpen(state: State): boolean {
  return state !== 'done' && state !== 'cancelled';
}

/** The state as people read it: `in progress`. */
export function stateWords(state: string): string {
  return state.replace('_', ' ');
}

/** The state as a sentence says it: MC-1 is `in review`. */
export function standing(state: string): string {
  if (state === 'inbox') return 'in the inbox';
  return state === 'review' ? 'in review' : stateWords(state);
}
