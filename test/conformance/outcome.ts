/** What `go test -v` says of each conformance test: the subtests of TestConformance, none deeper. */

export type Verdict = 'passed' | 'failed' | 'skipped';
export type Outcome = {
  readonly test: string;
  readonly verdict: Verdict;
  readonly seconds: number;
  /** Of a skipped test, why. */
  readonly reason: string;
};

const RESULT = /^ {4}--- (PASS|FAIL|SKIP): TestConformance\/([^/\s]+) \((\d+(?:\.\d+)?)s\)$/;
const SKIPPED = /Skipping (\S+): (.+)$/;
const VERDICTS: Readonly<Record<string, Verdict>> = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' };

export function outcomesOf(log: string): Outcome[] {
  const reasons = new Map<string, string>();
  const outcomes: Outcome[] = [];
  for (const line of log.split('\n')) {
    const skipped = SKIPPED.exec(line);
    if (skipped !== null) reasons.set(skipped[1]!, skipped[2]!);
    const result = RESULT.exec(line);
    if (result === null) continue;
    const [, verdict, test, seconds] = result as unknown as [string, string, string, string];
    outcomes.push({ test, verdict: VERDICTS[verdict]!, seconds: Number(seconds), reason: '' });
  }
  return outcomes.map((outcome) =>
    outcome.verdict === 'skipped' ? { ...outcome, reason: reasons.get(outcome.test) ?? '' } : outcome,
  );
}

/** A test of meshes, or one that the flags leave out. Any other skip is a gap: every feature of gateways is declared. */
export function isLeftOut({ verdict, reason }: Outcome): boolean {
  return verdict === 'skipped' && (reason === 'suite does not support Mesh' || reason === 'test explicitly skipped');
}
