/**
 * What can be done to the embedded Actions beside its REST routes: the secrets a person would set in the
 * browser, and the misfortunes that tests need.
 */
export interface ActionsControls {
  /** Sets a repository secret (`secrets.NAME`); its value is masked in every log. */
  setSecret(fullName: string, name: string, value: string): void;
  /** Sets a repository variable (`vars.NAME`). */
  setVariable(fullName: string, name: string, value: string): void;
  /** Runs requested from now on stay `queued` until `releaseRuns`. */
  holdRuns(): void;
  /** Lets held runs go on, all or one. */
  releaseRuns(runId?: number): void;
  /** Runs requested from now on are missing from listings (not from `GET runs/{id}`) until `showRuns`. */
  hideNewRuns(): void;
  showRuns(): void;
  /**
   * GitHub gives up the machines of a run: it is concluded at the API while its processes live on, and can no
   * longer be cancelled. The zombies end with `close`.
   */
  loseRunner(runId: number, conclusion: 'failure' | 'cancelled'): void;
  /** The tokens of a run's jobs are refused from now on, as GitHub's are after 24 hours (and were before, orgs/community#202131). */
  endTokens(runId: number): void;
  /** The log of a job so far, also while it runs (GitHub's route answers only after the end). */
  log(jobId: number): string;
  /** Process ids alive now that belong to the jobs of a run (all runs where left out). */
  processes(runId?: number): number[];
  /** Resolves when no run is queued or in progress (held, pending and lost runs not counted). */
  settled(): Promise<void>;
}
