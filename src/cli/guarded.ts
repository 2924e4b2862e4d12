import { asError, exitStatus, SignalboxError } from '../base/errors.ts';

export interface Ending {
  printError(text: string): void;
  exit(status: number): void;
}

/** Runs a command; what it throws is said in one line and becomes the exit status of its kind. */
export async function guarded(ending: Ending, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    fail(ending, error);
  }
}

export function fail({ printError, exit }: Ending, thrown: unknown): void {
  const error = asError(thrown);
  if (!(error instanceof SignalboxError)) {
    printError(`internal: ${error.stack}`);
    exit(exitStatus.bug);
    return;
  }
  printError(`${error.code}: ${error.message}.${error.hint ? ` ${error.hint}` : ''}`);
  exit(exitStatus[error.kind]);
}
