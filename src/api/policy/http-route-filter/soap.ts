import { z } from 'zod';
import { set } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { byteSize, duration } from '../value.ts';

const elementName = text({
  min: 1,
  max: 128,
  pattern: /^[A-Za-z_][-A-Za-z0-9_.]*$/,
  what: 'the name of an XML element without a prefix, in ASCII',
});

/** What may stand in a field's quotes, and in XML. */
const uri = text({
  max: 1024,
  pattern: /^[-A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%]*$/,
  what: 'a URI',
});

const names = (what: string) => set(elementName, { max: 64 }).describe(what).optional();

export const soapSchema = z.object({
  version: z.enum(['1.1', '1.2']).default('1.1'),
  action: uri.default('').describe('The SOAPAction of requests.'),
  operation: elementName.describe('The element in the body of requests. Members of the JSON are elements in it.'),
  namespace: uri.default('').describe('Of that element.'),
  elementForm: z
    .enum(['Qualified', 'Unqualified'])
    .default('Qualified')
    .describe('Whether the elements in it are of the same namespace, as elementFormDefault of the schema says.'),
  arrays: names('Elements of responses that are arrays even where there is one.'),
  numbers: names('Elements of responses that are numbers. Without xsi:type XML does not tell.'),
  booleans: names('Elements of responses that are true or false.'),
  maxRequestBytes: byteSize.default('1Mi').describe('More is answered 413.'),
  maxResponseBytes: byteSize.default('4Mi').describe('More is answered 502.'),
  timeout: duration.default('30s').describe("Where the rule's timeouts say nothing."),
});
