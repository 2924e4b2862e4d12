import { describe, expect, test } from 'vitest';
import {
  evaluateCondition,
  evaluateString,
  evaluateTemplate,
  type Status,
} from '../../src/local/actions/expressions.ts';

const contexts = {
  github: { ref: 'refs/heads/main', event: { issue: { labels: [{ name: 'a' }, { name: 'b' }] } } },
  env: { EMPTY: '', TEXT: "it's" },
  matrix: { n: 3, on: true, none: null },
};

test.each([
  ['plain', 'plain'],
  [`a \${{ env.TEXT }} b`, "a it's b"],
  [`\${{ matrix.n }}`, 3],
  [`\${{ matrix.on }}`, true],
  [`\${{ matrix.none }}`, null],
  [`n is \${{ matrix.n }}\${{ matrix.none }}`, 'n is 3'],
  [`\${{ format('{0} }} {1}', 'x', matrix.n) }}`, 'x } 3'],
  [`\${{ 'it''s }}' }}`, "it's }}"],
  [`\${{ env.MISSING }}`, null],
  [`\${{ join(github.event.issue.labels.*.name) }}`, 'a,b'],
  [`\${{ contains(github.event.issue.labels.*.name, 'B') }}`, true],
  [`\${{ startsWith(github.ref, 'REFS/heads') && 'yes' || 'no' }}`, 'yes'],
  [`\${{ fromJSON('[1, "2"]') }}`, [1, '2']],
  [`\${{ GITHUB.REF }}`, 'refs/heads/main'],
])('%s gives %j', (template, value) => {
  expect(evaluateTemplate(template, contexts)).toEqual(value);
});

test('a whole object in a text is what GitHub makes of it', () => {
  expect(evaluateString(`\${{ matrix }} \${{ github.event.issue.labels }}`, contexts)).toBe('Object Array');
});

describe('an `if`', () => {
  const fine: Status = { success: true, failure: false, cancelled: false };
  const failed: Status = { success: false, failure: true, cancelled: false };
  const cancelled: Status = { success: false, failure: false, cancelled: true };

  test.each([
    [undefined, true, false, false],
    ['', true, false, false],
    ['always()', true, true, true],
    ['failure()', false, true, false],
    ['cancelled()', false, false, true],
    ['!cancelled()', true, true, false],
    ['success() || failure()', true, true, false],
    ['matrix.n == 3', true, false, false],
    [`\${{ matrix.n == 3 }}`, true, false, false],
    ['matrix.n == 4', false, false, false],
    ['matrix.n == 3 && always()', true, true, true],
    ["'always()' == env.TEXT || matrix.n == 3", true, false, false],
    ['env.EMPTY', false, false, false],
    ['false', false, false, false],
  ])('%s holds after success: %s, failure: %s, cancel: %s', (source, ...expected) => {
    expect([fine, failed, cancelled].map((status) => evaluateCondition(source, contexts, status))).toEqual(
      expected,
    );
  });
});
