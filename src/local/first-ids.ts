/** Ids of different kinds start apart, so that mixing them up is seen at once instead of fitting by accident. */
export const firstIds: Record<string, number> = {
  user: 1_001,
  app: 301,
  installation: 5_001,
  repository: 90_001,
  issue: 200_001,
  label: 400_001,
  comment: 600_001,
  event: 800_001,
  ruleset: 70_001,
  status: 500_001,
  'check-run': 2_000_001,
  'check-suite': 3_000_001,
  review: 900_001,
  'line-comment': 950_001,
};
