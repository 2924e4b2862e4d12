import { expect, test } from 'vitest';
import { harmless, quote, quoteWords } from '../../src/ticket/quotes.ts';

test('the words of others stay in their quotation, whatever line ends they bring', () => {
  expect(quote('a\n\nb\r\nc\rd')).toBe('> a\n> \n> b\n> c\n> d');
});

test('they ping nobody, show no picture, open no element and forge no marker', () => {
  expect(harmless('@wilma ![x](y) <img> <!-- signalbox:status -->')).toBe(
    '@\u200bwilma !\u200b[x](y) <\u200bimg> &lt;!-- signalbox:status -->',
  );
  expect(harmless('a @ b! 1 < 2')).toBe('a @ b! 1 < 2');
  expect(quote('@wilma')).toBe('> @\u200bwilma');
});

test('the colours of a terminal are not part of them', () => {
  expect(quote('\u001b[1;31mred\u001b[0m \u001b[?25l[2m')).toBe('> red [2m');
});

test('they are cut where they are too long, and that is said', () => {
  expect(quote('x'.repeat(4000))).toBe(`> ${'x'.repeat(4000)}`);
  expect(quote('x'.repeat(4001))).toBe(`> ${'x'.repeat(4000)} […]`);
  expect(quoteWords('x'.repeat(80))).toBe(`\`${'x'.repeat(80)}\``);
  expect(quoteWords('x'.repeat(81))).toBe(`\`${'x'.repeat(80)} […]\``);
});

test('a few words are one piece of code on one line', () => {
  expect(quoteWords(' until\n`we`  have\ttalked ')).toBe('`until we have talked`');
});

/** Text of somebody who knows how Markdown is read. */
const bombs = [
  '@wilma and &#64;wilma and &commat;wilma',
  '<img src=//evil>\n\n![x](//evil)\r![x](//evil)\u2028</details></blockquote><!-- signalbox:status -->',
  '```\n~~~\n# A heading\n\n- a list\n---\n[x]: //evil',
  '\u001b]0;title\u0007\u001b[2J\u009b2J\u0000\u202etxet\u2066',
  '<?php ?><!DOCTYPE x><![CDATA[x]]>',
];

test.each(bombs)('a bomb stays text: %j', (bomb) => {
  const inLine = harmless(bomb);
  expect(inLine).not.toMatch(/[\r\n\u2028]/);
  const block = quote(bomb);
  expect(block.split('\n').every((line) => line.startsWith('> '))).toBe(true);
  for (const words of [inLine, block]) {
    expect(words).not.toMatch(/@\w|!\[|<[A-Za-z/?!]|<!--|&#?\w+;(?<!&lt;|&amp;)/);
    expect(words).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  }
});
