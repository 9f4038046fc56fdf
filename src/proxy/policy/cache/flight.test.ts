import { expect, test } from 'vitest';
import { Flight, type Follower } from './flight.ts';
import type { StoredResponse } from './stored.ts';

const ENTRY = { status: 200 } as StoredResponse;

function followers(names: string[], flight: Flight, said: string[]): Follower[] {
  return names.map((name) => {
    const follower: Follower = {
      landed: ({ status }) => said.push(`${name} ${status}`),
      lead: () => said.push(`${name} leads`),
      leave: () => said.push(`${name} leaves`),
    };
    flight.join(follower);
    return follower;
  });
}

test('all get what the leader brings, once', () => {
  const flights = new Map<string, Flight>();
  const said: string[] = [];
  const flight = new Flight('/a', flights);
  followers(['b', 'c'], flight, said);
  flight.land(ENTRY);
  flight.fail();
  expect(said).toEqual(['b 200', 'c 200']);
  expect(flights.size).toBe(0);
});

test('without its leader the next one leads, and who has gone does not', () => {
  const flights = new Map<string, Flight>();
  const said: string[] = [];
  const flight = new Flight('/a', flights);
  const [b] = followers(['b', 'c', 'd'], flight, said);
  flight.quit(b!);
  flight.abandon();
  expect(flights.get('/a')).toBe(flight);
  flight.fail();
  expect(said).toEqual(['c leads', 'd leaves']);
  expect(flights.size).toBe(0);
});

test('an end does not take another flight of the same key away', () => {
  const flights = new Map<string, Flight>();
  const first = new Flight('/a', flights);
  const second = new Flight('/a', flights);
  first.abandon();
  expect(flights.get('/a')).toBe(second);
});
