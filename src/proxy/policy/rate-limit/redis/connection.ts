import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../../../../ir/table.ts';
import type { BackendSecurity } from '../../../backend/security.ts';
import { Timer, type TimerOwner, type TimerWheel } from '../../../timer-wheel.ts';
import { command, RedisError, type Reply, ReplyReader } from './reply.ts';
import { LOAD } from './script.ts';

/** Whoever waits for an answer. */
export interface Waiter {
  /** Null: there is none, and will be none. */
  replied(reply: Reply | null): void;
}

/** Whose connection it is. */
export interface RedisOwner {
  /** It can be used: it was greeted, and has answered. */
  opened(): void;
  /** It takes longer to open than anybody should wait. */
  late(): void;
  /** It is of no use any more, and why, in a word; once, after everybody who waited was told. */
  ended(reason: string): void;
}

export type RedisAccess = {
  readonly username: string | null;
  readonly password: string | null;
  readonly database: number;
};

/** What is said first needs no answer: an error ends the connection. */
const NOBODY: Waiter = { replied() {} };

/** Commands that may wait for their answers. */
const IN_FLIGHT = 8_192;
/** Milliseconds in which a connection must be open and greeted. Requests wait no longer for that than for an answer. */
const OPEN_TIMEOUT = 1_000;

/**
 * One connection to a Redis. It ends at the first thing that is not as it should be: an answer that is late, an error, the end
 * of the connection. Then everybody who waits is told, and it is of no use any more.
 */
export class RedisConnection implements TimerOwner {
  private readonly owner: RedisOwner;
  private readonly wheel: TimerWheel;
  private readonly timeoutAfter: number;
  private readonly socket: Socket;
  private readonly reader: ReplyReader;
  private readonly timer: Timer;
  /** Who waits, in the order of the commands, and since when. `first` is the index of the oldest. */
  private waiters: Waiter[];
  private since: number[];
  private first: number;
  private unsent: string;
  private readonly startedAt: number;
  private isOpen: boolean;
  private isGreeted: boolean;
  private isClosed: boolean;

  constructor(
    endpoint: Endpoint,
    security: BackendSecurity | null,
    access: RedisAccess,
    timeout: number,
    wheel: TimerWheel,
    owner: RedisOwner,
  ) {
    this.owner = owner;
    this.wheel = wheel;
    this.timeoutAfter = timeout;
    this.reader = new ReplyReader();
    this.timer = new Timer(this);
    this.waiters = [];
    this.since = [];
    this.first = 0;
    this.unsent = '';
    this.startedAt = performance.now();
    this.isOpen = false;
    this.isGreeted = false;
    this.isClosed = false;
    const { address, port } = endpoint;
    this.socket =
      security === null ? connect({ host: address, port, noDelay: true }) : security.connect(endpoint, null);
    this.socket.once(security === null ? 'connect' : 'secureConnect', () => {
      this.isOpen = true;
      this.flush();
    });
    this.socket.on('data', (bytes: Buffer) => this.receive(bytes));
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.end(error.code ?? 'error'));
    this.socket.on('end', () => this.end('closed'));
    this.socket.on('close', () => this.end('closed'));
    const { database, password, username } = access;
    if (password !== null) {
      this.send(username === null ? command('AUTH', password) : command('AUTH', username, password), NOBODY);
    }
    if (database !== 0) this.send(command('SELECT', String(database)), NOBODY);
    this.send(LOAD, new Greeting(() => this.greeted()));
  }

  get waiting(): number {
    return this.waiters.length - this.first;
  }

  /** Sends a command. False when too many wait already: then nobody is told anything. */
  send(text: string, waiter: Waiter): boolean {
    if (this.isClosed || this.waiting >= IN_FLIGHT) return false;
    if (this.waiting === 0) this.wheel.set(this.timer, this.timeoutAfter);
    this.waiters.push(waiter);
    this.since.push(performance.now());
    if (this.unsent === '') queueMicrotask(() => this.flush());
    this.unsent += text;
    return true;
  }

  /** Ends it, without telling the owner. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.wheel.remove(this.timer);
    this.socket.destroy();
    this.tellAll();
  }

  end(reason: string): void {
    if (this.isClosed) return;
    this.close();
    this.owner.ended(reason);
  }

  timeout(): void {
    if (this.waiting === 0) return;
    const now = performance.now();
    const remaining = this.since[this.first]! + this.timeoutAfter - now;
    if (remaining > 0) this.wheel.set(this.timer, remaining);
    else if (this.isGreeted || now - this.startedAt >= OPEN_TIMEOUT) this.end('timeout');
    else this.goOn();
  }

  private greeted(): void {
    this.isGreeted = true;
    this.owner.opened();
  }

  /** It is not open yet: it may take longer, but nobody waits for it. */
  private goOn(): void {
    const { waiters } = this;
    this.wheel.set(this.timer, this.timeoutAfter);
    this.owner.late();
    for (let index = this.first; index < waiters.length; index++) {
      const waiter = waiters[index]!;
      if (waiter instanceof Greeting) continue;
      waiters[index] = NOBODY;
      waiter.replied(null);
    }
  }

  private flush(): void {
    if (!this.isOpen || this.isClosed || this.unsent === '') return;
    const { unsent } = this;
    this.unsent = '';
    this.socket.write(unsent);
  }

  private receive(bytes: Buffer): void {
    try {
      this.reader.feed(bytes);
      for (let reply = this.reader.next(); reply !== undefined && !this.isClosed; reply = this.reader.next()) {
        this.answer(reply);
      }
    } catch {
      this.end('protocol');
    }
  }

  private answer(reply: Reply): void {
    if (this.waiting === 0) throw new Error('the answer is to nothing');
    if (reply instanceof RedisError) {
      // The first word is the kind of error; the others may quote what was sent.
      this.end(/^[A-Z]{1,32}(?= |$)/.exec(reply.message)?.[0] ?? 'error');
      return;
    }
    const waiter = this.waiters[this.first]!;
    this.first++;
    if (this.waiting === 0) {
      this.waiters = [];
      this.since = [];
      this.first = 0;
      this.wheel.clear(this.timer);
    } else if (this.first >= IN_FLIGHT) {
      this.waiters = this.waiters.slice(this.first);
      this.since = this.since.slice(this.first);
      this.first = 0;
    }
    waiter.replied(reply);
  }

  private tellAll(): void {
    const { waiters, first } = this;
    this.waiters = [];
    this.since = [];
    this.first = 0;
    for (let index = first; index < waiters.length; index++) waiters[index]!.replied(null);
  }
}

/** Waits for the answer to the last word of the greeting. */
class Greeting implements Waiter {
  private readonly done: () => void;

  constructor(done: () => void) {
    this.done = done;
  }

  replied(reply: Reply | null): void {
    if (reply !== null) this.done();
  }
}
