import { describe, expect, test } from 'vitest';
import { readTransitions, restoreMessage, writeMessage } from '../../src/store/message.ts';

const at = '2026-05-25T12:00:00Z';
const commit = 'c'.repeat(40);
const transitions = (message: string, id = 'MC-1') => readTransitions(message, id, commit, at);

describe('the message of a commit', () => {
  test('is a subject, a body and trailers; the ticket comes first in its group, the change last of all', () => {
    const trailers = [
      { Transition: 'park', Ticket: 'MC-1', Actor: 'elmar' },
      { Transition: 'desk: pause', Actor: 'wilma' },
      { Ticket: 'MC-2', Transition: 'hold' },
    ];
    expect(writeMessage({ subject: 'park MC-1', body: 'Not now.\r\n\r\nLater.', trailers }, '12ab')).toBe(
      [
        'park MC-1',
        '',
        'Not now.',
        '',
        'Later.',
        '',
        'Transition: desk: pause',
        'Actor: wilma',
        'Ticket: MC-1',
        'Transition: park',
        'Actor: elmar',
        'Ticket: MC-2',
        'Transition: hold',
        'Change: 12ab',
        '',
      ].join('\n'),
    );
  });

  test('is one where nothing is said; what no line may hold is not in it', () => {
    expect(writeMessage({ subject: ' \n ', body: ' \n', trailers: [] }, '12ab')).toBe(
      'change\n\nChange: 12ab\n',
    );
    const said = writeMessage(
      {
        subject: `a\tb\n\ud800${'x'.repeat(2000)}`,
        body: 'a\rb\x1b[2J\0\tc\n',
        trailers: [{ 'Not a name': 'x', '1st': 'x', Change: 'mine', Note: ' a\u2028b ' }],
      },
      '12ab',
    );
    const [subject, ...rest] = said.split('\n\n');
    expect(subject).toBe(`a b \ufffd${'x'.repeat(995)}`);
    expect(rest).toEqual(['a\nb[2J\tc', 'Note: a b\nChange: 12ab\n']);
  });
});

describe('the history of a ticket is read from the last paragraph', () => {
  const entry = {
    commit,
    at,
    ticket: 'MC-1',
    transition: '',
    actor: '',
    cause: '',
    attempt: null,
    number: 1,
    change: null,
  };

  test('as groups, each of which begins at its ticket', () => {
    const message =
      'x\n\nTicket: MC-1\nTransition: forged\n\nActor: nobody\nTicket: MC-1\nTransition: park: a -> b\nActor: elmar\nTicket: MC-2\nTransition: hold\nAttempt: 2\nTicket: MC-1\nCause: e1\nAttempt: 12\nChange: 1\n';
    expect(transitions(message)).toEqual([
      { ...entry, transition: 'park: a -> b', actor: 'elmar', change: '1' },
      { ...entry, cause: 'e1', attempt: 12, number: 3, change: '1' },
    ]);
    expect(transitions(message, 'MC-2')).toEqual([
      { ...entry, ticket: 'MC-2', transition: 'hold', attempt: 2, number: 2, change: '1' },
    ]);
    expect(transitions(message, 'MC')).toEqual([]);
  });

  test('whatever people wrote there', () => {
    expect(transitions('x\n\nTicket:MC-1\n not a trailer\n: x\nAttempt: 1x')).toEqual([entry]);
    expect(transitions('x\n\nTicket: MC-1\nAttempt: x1')).toEqual([entry]);
    expect(transitions('x\n\n see Ticket: MC-1')).toEqual([]);
    expect(transitions('')).toEqual([]);
  });
});

test('a restore says what was found and what was put back', () => {
  expect(restoreMessage('a'.repeat(40), 'b'.repeat(40))).toMatchObject({
    body: expect.stringMatching(/moved to a{40}\. .*b{40}\.$/),
    trailers: [{ Transition: 'restore', Cause: 'b'.repeat(40) }],
  });
  expect(restoreMessage(null, 'b').body).toContain('was deleted.');
});
