/**
 * Texts with placeholders: `{name}` is a capture of the match or one of the values that every request has, `{query.name}` a
 * parameter and `{header.name}` a field of the request. Behind `|` stands what to take when there is no such value. A
 * brace that is meant as such is written twice.
 */
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';

const NAME = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?';
const PARAMETER = 'query\\.[!-z~]{1,128}?';
const FIELD = "header\\.[A-Za-z0-9!#$%&'*+.^_`~-]{1,128}";

/** One placeholder with its braces. */
export const PLACEHOLDER = `\\{(?:${NAME}|${PARAMETER}|${FIELD})(?:\\|[ -z|~]{0,256})?\\}`;

const VISIBLE = `(?:[!-z|~]|\\{\\{|\\}\\}|${PLACEHOLDER})+`;
const VALUE = `${VISIBLE}(?:[\\t ]${VISIBLE})*`;
const WHAT_VALUE =
  'visible ASCII characters with single spaces or tabs only between them, placeholders such as {name}, and braces written twice';

/** A header's or a parameter's value. */
export const valueTemplate = text({ min: 1, max: 1024, pattern: new RegExp(`^${VALUE}$`), what: WHAT_VALUE });

/** The same, or nothing. */
export const emptyOrValueTemplate = text({ max: 1024, pattern: new RegExp(`^(?:${VALUE})?$`), what: WHAT_VALUE });

/** The path of a URL. */
export const pathTemplate = withRules(
  text({
    min: 1,
    max: 1024,
    pattern: new RegExp(`^/(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2}|${PLACEHOLDER})*$`),
    what: 'a path that begins with "/", of characters that a path may have, others percent-encoded, and placeholders such as {name}',
  }),
  {
    cel: "!self.contains('//')",
    holds: (value) => !value.includes('//'),
    message: 'must not have "//"',
  },
  {
    cel: "!self.matches('/[.][.]?(/|$)')",
    holds: (value) => !/\/[.][.]?(\/|$)/.test(value),
    message: 'must not have "." or ".." as a segment',
  },
);

/** What a Host field may be. */
export const hostTemplate = text({
  min: 1,
  max: 253,
  pattern: new RegExp(`^(?:[a-z0-9._-]|${PLACEHOLDER})+(?::[0-9]{1,5})?$`),
  what: 'a host name of lower-case letters, digits, "-" and ".", possibly with a port, and placeholders such as {name}',
});
