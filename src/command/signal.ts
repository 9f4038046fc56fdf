/** The wish to stop: the first SIGTERM or SIGINT. A second one ends the process at once. */
export class StopSignal {
  /** Null until it came. */
  received: NodeJS.Signals | null = null;
  readonly wait: Promise<NodeJS.Signals>;

  constructor() {
    this.wait = new Promise((resolve) => {
      const take = (signal: NodeJS.Signals): void => {
        if (this.received !== null) process.exit(signal === 'SIGINT' ? 130 : 143);
        this.received = signal;
        resolve(signal);
      };
      process.on('SIGTERM', take);
      process.on('SIGINT', take);
    });
  }
}
