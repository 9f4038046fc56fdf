/** Pieces of HTTP/1.1 messages, mostly right, sometimes slightly wrong. Strings are latin1: one character is one byte. */
import fc from 'fast-check';

type Text = fc.Arbitrary<string>;

export function oneOf(...choices: readonly string[]): Text {
  return fc.constantFrom(...choices);
}

/** `good` in all but about one of `rarity` cases. */
export function mostly(good: Text, odd: Text, rarity = 24): Text {
  return fc.oneof({ arbitrary: good, weight: rarity - 1 }, { arbitrary: odd, weight: 1 });
}

function joined(...parts: readonly (Text | string)[]): Text {
  const texts = parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part));
  return fc.tuple(...texts).map((strings) => strings.join(''));
}

export { joined };

const byte = (from: number, to: number): Text =>
  fc.integer({ min: from, max: to }).map((code) => String.fromCharCode(code));

const anyByte: Text = byte(0, 255);

/** Bytes that mean something to a parser of HTTP. */
const nastyByte: Text = fc.oneof(
  oneOf('\r', '\n', '\r\n', '\0', ' ', '\t', ':', ',', ';', '"', '\x0b', '\x0c', '\x7f', '\x80', '\xff', '0', 'a', '/'),
  anyByte,
);

export const eol: Text = mostly(oneOf('\r\n'), oneOf('\n', '\r', '\r\r\n', '\n\r', '', ' \r\n'), 240);

export const bytes: Text = fc.oneof(
  fc.array(anyByte, { maxLength: 24 }).map((all) => all.join('')),
  oneOf('', 'hello', '0\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', '\r\n\r\n'),
);

const tokens: Text = fc.array(oneOf(...'abcXYZ019-_.!~'), { minLength: 1, maxLength: 10 }).map((all) => all.join(''));
const names: Text = mostly(
  fc.oneof(tokens, oneOf('Accept', 'User-Agent', 'Cookie', 'X-Request-Id', 'Via')),
  oneOf('', 'a b', 'a\tb', 'a(', 'a\0', '\xe9', 'a/', ' a', '"a"', 'a@'),
  100,
);
const values: Text = mostly(
  fc.oneof(
    oneOf('', 'x', 'x y', 'a, b', 'a:b', '"q"', 'caf\xe9', '1, 2, 3', 'x\ty', '\t x  '),
    fc.array(byte(0x21, 0x7e), { maxLength: 16 }).map((all) => all.join('')),
  ),
  oneOf('a\0b', 'a\rb', 'a\nb', 'a\x7f', '\x01', 'a\r\n b', 'a\r\n\tb'),
  100,
);
const colon: Text = mostly(oneOf(':', ': ', ':\t', ':  '), oneOf(' :', '\t: ', '', ' '), 160);

/** A field line that frames nothing. */
export const field: Text = joined(names, colon, values, eol);

export function line(name: string, value: Text): Text {
  const spelled = oneOf(name, name, name, name.toLowerCase(), name.toUpperCase());
  return joined(spelled, mostly(oneOf(':', ': ', ': '), oneOf(' : ', '\t:', ': \t'), 120), value, eol);
}

function chunk(size: Text, data: string): Text {
  const extension = mostly(
    oneOf('', '', '', ';a', ';a=b', ';a="b;c"', ';a=b;c=d'),
    oneOf(' ', ';', ';a=', ';=b', ' ;a', '; a = b', ';a="', '\t', ';\0', ';a b'),
    16,
  );
  return joined(size, extension, eol, data, data === '' ? '' : eol);
}

/** Right and wrong spellings of a number of bytes. */
function sizeOf(length: number): Text {
  const hex = length.toString(16);
  const right = oneOf(hex, hex, hex, hex.toUpperCase(), `0${hex}`, `000${hex}`);
  const wrong = oneOf(
    `0x${hex}`,
    `-${hex}`,
    `+${hex}`,
    '',
    'g',
    `${hex} `,
    ` ${hex}`,
    (length + 1).toString(16),
    'ffffffffff',
  );
  return mostly(right, wrong, 40);
}

/** A chunked body with its trailers and the text that it decodes to when every piece was right. */
const chunkedBody: Text = fc.array(bytes, { maxLength: 4 }).chain((parts) => {
  const chunks = parts.filter((part) => part !== '').map((part) => chunk(sizeOf(part.length), part));
  const trailers = mostly(
    oneOf(''),
    fc.array(field, { minLength: 1, maxLength: 3 }).map((all) => all.join('')),
    4,
  );
  return joined(...chunks, chunk(sizeOf(0), ''), trailers, eol);
});

const oddLength: Text = oneOf(
  '',
  '+5',
  '-1',
  '5,5',
  '5, 6',
  '0x5',
  '5 ',
  ' 5',
  '05',
  '5a',
  '99999999999999999999',
  '1e3',
);
const oddCoding: Text = oneOf(
  ...[
    '',
    'identity',
    'gzip',
    'gzip, chunked',
    'chunked, gzip',
    'chunked, chunked',
    'xchunked',
    'chunked;a',
    '"chunked"',
  ],
  ...['\x0bchunked', 'chunked\x0c', 'chunked ', ',chunked', 'chunked,', 'Chunked', 'chunked, identity'],
);

/** A framing field section and the body that goes with it, or nearly. */
export const framed: fc.Arbitrary<{ lines: string; body: string }> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ lines: '', body: '' }) },
  {
    weight: 8,
    arbitrary: bytes.chain((body) =>
      line('Content-Length', oneOf(String(body.length))).map((lines) => ({ lines, body })),
    ),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(line('Transfer-Encoding', mostly(oneOf('chunked'), oddCoding, 40)), chunkedBody)
      .map(([lines, body]) => ({ lines, body })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(line('Content-Length', oddLength), bytes).map(([lines, body]) => ({ lines, body })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(line('Content-Length', oneOf('0', '3', '5', '12')), line('Content-Length', oneOf('0', '5')), bytes)
      .map(([first, second, body]) => ({ lines: first + second, body })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        line('Transfer-Encoding', oneOf('chunked')),
        line('Content-Length', oneOf('0', '5', '12')),
        chunkedBody,
        fc.boolean(),
      )
      .map(([coding, length, body, swap]) => ({ lines: swap ? length + coding : coding + length, body })),
  },
);

type Edit = { readonly at: number; readonly kind: 'insert' | 'delete' | 'replace' | 'repeat'; readonly text: string };

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat({ max: 1_000_000 }),
  kind: fc.constantFrom('insert', 'delete', 'replace', 'repeat'),
  text: nastyByte,
});

function apply(text: string, { at, kind, text: inserted }: Edit): string {
  const position = text.length === 0 ? 0 : at % text.length;
  const before = text.slice(0, position);
  switch (kind) {
    case 'insert':
      return before + inserted + text.slice(position);
    case 'delete':
      return before + text.slice(position + 1);
    case 'replace':
      return before + inserted + text.slice(position + 1);
    case 'repeat':
      return before + text.slice(position, position + 8) + text.slice(position);
  }
}

/** The text, in two of nine cases with one or two edits of a byte somewhere, and sometimes cut short. */
export function damaged(text: Text): Text {
  const edits = fc.oneof(
    { weight: 7, arbitrary: fc.constant<Edit[]>([]) },
    { weight: 2, arbitrary: fc.array(edit, { minLength: 1, maxLength: 2 }) },
  );
  const end = fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 30 }) });
  return fc.tuple(text, edits, end).map(([whole, changes, missing]) => {
    const changed = changes.reduce(apply, whole);
    return missing === 0 ? changed : changed.slice(0, -missing);
  });
}

/** Where the stream is cut into reads: nowhere, at a few places, or after every byte (`null`). */
export const cuts: fc.Arbitrary<readonly number[] | null> = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 5, arbitrary: fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constant(null) },
);
