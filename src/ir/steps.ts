/**
 * Long work in steps: a generator that yields wherever it may be interrupted, and may be run in one go or in slices, between
 * which the process does other things.
 */
export type Steps<T> = Generator<void, T>;

/** Runs all steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Milliseconds of work between which requests get their turn. */
const SLICE = 1;

/** Runs the steps in slices of about `budget` milliseconds, between which the event loop gets its turn. */
export async function inSlices<T>(steps: Steps<T>, budget = SLICE): Promise<T> {
  for (;;) {
    const end = performance.now() + budget;
    do {
      const step = steps.next();
      if (step.done) return step.value;
    } while (performance.now() < end);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
