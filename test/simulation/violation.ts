/** What must always hold did not. `rule` is one of S1 to S11. */
export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, words: string) {
    super(`${rule}: ${words}`);
    this.rule = rule;
  }
}
