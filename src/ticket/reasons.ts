// Stryker disable StringLiteral: words for people; that every code has some is tested
/*
 * Every reason code that Signalbox gives, with what it means. A code is a promise: it is never renamed, and it is the
 * same on a comment, on the command line, on the board and in the agents' tools.
 */
export const reasons = {
  ok: 'Done.',
  // requests of people
  'already-handled': 'This request was carried out before.',
  superseded:
    'A park, hold or cancel that is not older came before this request was read. Ask again if you still mean it.',
  'too-old': 'This request is older than Signalbox remembers. Ask again if you still mean it.',
  'not-permitted': 'This needs more permission on the repository than you have.',
  'no-row': "The ticket's state does not allow this.",
  'no-such-ticket': 'There is no such ticket.',
  'ticket-exists': 'This ticket exists already.',
  'issue-taken': 'This issue belongs to another ticket.',
  'already-so': 'The ticket is already so.',
  frozen: 'Text is fixed once a maintainer released the ticket.',
  'text-changed':
    'The text was edited before this release was read, so nobody can tell which text it means. Read it again, and release once more.',
  'bad-command': 'This command could not be read.',
  'no-such-entry':
    'Nothing of this ticket lies in quarantine under this digest: it was accepted, discarded or pruned, or never was there.',
  'ambiguous-entry': 'More than one entry begins so. Give more of the digest.',
  'not-acceptable':
    'Only a done, review or question that could be read can be accepted. This can be discarded.',
  'other-phase': 'The ticket is in another phase than the one the signal is of.',
  'not-mirror': 'Only a ticket whose work is launched elsewhere (`mirror: true`) takes reports.',
  'no-such-option': 'The question has no option with this number.',
  'messages-full':
    'The ticket holds as many messages that no agent was given as it may. Put them into one, or into its text.',
  'no-such-agent': 'The configuration has no agent profile of this name.',
  circle: 'Tickets would wait for each other, or be parts of each other, in a circle.',
  'bad-condition': 'This condition cannot be met or understood.',
  // why a todo ticket does not start
  'run-not-ended': 'An earlier run of this ticket has not been seen to end yet.',
  'no-capacity': 'The agent works as many tickets as it may.',
  'no-agent': 'No agent profile is configured for the owner or the phase of this ticket.',
  'owner-is-a-person': 'The owner is a person, so no agent takes it.',
  'not-before': 'The ticket waits out its back-off.',
  'blocked-by': 'Other tickets must be done before this one starts.',
  'condition-unmet': 'The condition this ticket waited for does not hold any more.',
  'desk-paused': 'The desk is paused.',
  'desk-draining': 'The desk is draining.',
  'profile-paused': 'The agent profile is paused.',
  'profile-draining': 'The agent profile is draining: it takes nothing, and what it worked is parked.',
  'starts-per-hour': 'The desk has started as many attempts in this hour as it may.',
  held: 'The ticket is held.',
  mirror: 'The work of this ticket is launched elsewhere, and Signalbox starts and stops nothing of it.',
  // why a ticket in another state does not start
  'not-released': 'The ticket lies in the inbox, and nobody has released it.',
  parked: 'A person parked the ticket.',
  deferred: 'The ticket waits for its condition.',
  question: 'The agent asked a question, and the ticket waits for the answer.',
  starting: 'An attempt was claimed, and its run has not passed the gate yet.',
  running: 'An attempt works on the ticket.',
  'in-review': 'A person looks at the work.',
  blocked: 'The ticket is blocked.',
  done: 'The ticket is done.',
  cancelled: 'The ticket is cancelled.',
  // the gate and signals
  'not-executing': 'The ticket is not being executed.',
  'attempt-closed': 'This attempt has ended.',
  'unknown-attempt': 'There never was such an attempt.',
  'other-claim': 'Another claim holds this attempt.',
  'other-run': 'Another run is bound to this attempt.',
  'not-bound': 'No run is bound to this attempt.',
  rerun: 'A run pressed again may not take up its old attempt.',
  'stop-label': 'The issue carries a park or hold label.',
  'wrong-key': "The key is not the bound run's.",
  'bad-signal': 'The signal could not be read.',
  'needs-commit':
    'This phase needs a commit, and there is none. Commit the work and say so again, or say why there is no commit (`no_commit`).',
  'work-not-saved': 'The work could not be saved, and a completion without its work is none.',
  'other-fate': 'This signal was already decided.',
  // how attempts end, and blocks
  quota: "The agent's provider lets it do no more for now.",
  'agent-failed': 'The agent ended with a failure.',
  'setup-failed': 'The set-up that comes before an agent (`.github/signalbox/setup.sh`) failed.',
  'run-ended-silent': 'The run ended without a verdict.',
  'run-gone': 'GitHub does not know the run of this attempt any more.',
  'never-bound': 'No run reached the gate in time.',
  'time-limit': 'The attempt ran longer than its profile allows.',
  'head-unreadable': 'The runner could not read the head for too long, and stopped its agent.',
  'retries-exhausted': 'All attempts this ticket may make were made.',
  'question-expired': 'The question was not answered in time.',
  'no-workflow': 'The workflow is not on the default branch or cannot be dispatched.',
  'dispatch-refused': 'GitHub refuses to start the workflow.',
  'bad-phase': 'The ticket names a phase that the configuration does not have.',
  // files and the head
  'head-moved-back':
    'The state branch was moved back or replaced. Nothing is decided until a person restores it.',
  'not-judged': 'Somebody pushed to the state branch, and the app has not looked at that yet.',
  'bad-config': 'The newest configuration cannot be read; the last good one stays in force.',
  'bad-yaml': 'The file is not valid YAML.',
  'bad-field': 'A field is missing, unknown or of the wrong type.',
  'newer-format': 'The file is of a newer format than this Signalbox reads.',
  'too-large': 'The file is too large.',
  'bad-id': 'The name is not a valid ticket id.',
  'id-mismatch': 'The id in the file is not the name of the file.',
  'illegal-edit': 'A pushed change that no rule allows was put back.',
  'both-open-and-archived': 'The ticket exists both open and archived; the open one counts.',
  busy: 'Too many writers at once. Try again.',
  internal: 'Signalbox failed here; the log has more.',
} as const;

export type ReasonCode = keyof typeof reasons;
