import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Timer, TimerWheel } from './timer-wheel.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

class Recorder {
  readonly fired: string[] = [];
  readonly timers = new Map<Timer, string>();

  timer(name: string): Timer {
    const timer = new Timer(this);
    this.timers.set(timer, name);
    return timer;
  }

  timeout(timer: Timer): void {
    this.fired.push(this.timers.get(timer)!);
  }
}

test('fires at the deadline, never early and at most two ticks late', () => {
  const wheel = new TimerWheel(20);
  const recorder = new Recorder();
  wheel.set(recorder.timer('a'), 100);
  vi.advanceTimersByTime(99);
  expect(recorder.fired).toEqual([]);
  vi.advanceTimersByTime(41);
  expect(recorder.fired).toEqual(['a']);
  expect(wheel.size).toBe(0);
});

test('a later deadline moves the timer, an earlier one too, and clearing it does what it says', () => {
  const wheel = new TimerWheel(20);
  const recorder = new Recorder();
  const [later, sooner, cleared] = [recorder.timer('later'), recorder.timer('sooner'), recorder.timer('cleared')];
  wheel.set(later, 100);
  wheel.set(later, 1_000);
  wheel.set(sooner, 1_000);
  wheel.set(sooner, 100);
  wheel.set(cleared, 100);
  wheel.clear(cleared);
  vi.advanceTimersByTime(300);
  expect(recorder.fired).toEqual(['sooner']);
  vi.advanceTimersByTime(1_000);
  expect(recorder.fired).toEqual(['sooner', 'later']);
});

test('longer than one turn of the wheel', () => {
  const wheel = new TimerWheel(20);
  const recorder = new Recorder();
  wheel.set(recorder.timer('hour'), 3_600_000);
  vi.advanceTimersByTime(3_599_000);
  expect(recorder.fired).toEqual([]);
  vi.advanceTimersByTime(2_000);
  expect(recorder.fired).toEqual(['hour']);
});

test('owners may set and remove timers while they are told', () => {
  const wheel = new TimerWheel(20);
  const fired: string[] = [];
  const victim = new Timer({ timeout: () => fired.push('victim') });
  const again = new Timer({
    timeout: (timer) => {
      fired.push('again');
      wheel.remove(victim);
      if (fired.length < 3) wheel.set(timer, 50);
    },
  });
  wheel.set(victim, 90);
  wheel.set(again, 50);
  vi.advanceTimersByTime(500);
  expect(fired).toEqual(['again', 'again', 'again']);
  expect(wheel.size).toBe(0);
});

test('the clock rests while nobody waits', () => {
  const wheel = new TimerWheel(20);
  const recorder = new Recorder();
  const timer = recorder.timer('a');
  wheel.set(timer, 100);
  expect(vi.getTimerCount()).toBe(1);
  wheel.remove(timer);
  expect(vi.getTimerCount()).toBe(0);
});
