const IMF =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-9]{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/;
const RFC850 =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, ([0-9]{2})-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-([0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) GMT$/;
const ASCTIME =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([ 0-9][0-9]) ([0-9]{2}:[0-9]{2}:[0-9]{2}) ([0-9]{4})$/;

/** Milliseconds since the epoch of a date in one of the three forms (RFC 9110 section 5.6.7); null for what is none. */
export function parseHttpDate(value: string | null, now = Date.now()): number | null {
  if (value === null) return null;
  if (IMF.test(value)) return valid(Date.parse(value));
  const old = RFC850.exec(value);
  if (old !== null) return twoDigitYear(old[1]!, old[2]!, Number(old[3]), old[4]!, now);
  const c = ASCTIME.exec(value);
  return c === null ? null : valid(Date.parse(`${c[2]!.trim()} ${c[1]} ${c[4]} ${c[3]} GMT`));
}

/** A year that would be more than 50 years ahead is the last one with these digits. */
function twoDigitYear(day: string, month: string, digits: number, time: string, now: number): number | null {
  const thisYear = new Date(now).getUTCFullYear();
  let year = thisYear - (thisYear % 100) + digits;
  if (year > thisYear + 50) year -= 100;
  return valid(Date.parse(`${day} ${month} ${year} ${time} GMT`));
}

function valid(time: number): number | null {
  return Number.isNaN(time) ? null : time;
}
