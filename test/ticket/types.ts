export { type Desk, openDesk, type Ticket, ticket } from '../../src/ticket/format.ts';
export type { State } from '../../src/ticket/states.ts';
