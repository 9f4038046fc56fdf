/** The same as encode-protobuf.ts in the JSON of OTLP: ids in hexadecimal digits, 64-bit numbers as strings. */
import { type Attribute, ERROR, nanoseconds, type Resource, SCOPE, SERVER, type Span } from './span.ts';

export function spansToJson(resource: Resource, spans: readonly Span[]): Buffer {
  return Buffer.from(
    JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [attribute(['service.name', resource.serviceName])] },
          scopeSpans: [{ scope: { name: SCOPE, version: resource.version }, spans: spans.map(spanOf) }],
        },
      ],
    }),
  );
}

function spanOf(span: Span): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.traceState === '' ? {} : { traceState: span.traceState }),
    ...(span.parentId === '' ? {} : { parentSpanId: span.parentId }),
    name: span.name,
    kind: SERVER,
    startTimeUnixNano: String(nanoseconds(span.start)),
    endTimeUnixNano: String(nanoseconds(span.end)),
    attributes: span.attributes.map(attribute),
    ...(span.isError ? { status: { code: ERROR } } : {}),
  };
}

function attribute([key, value]: Attribute): object {
  return { key, value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) } };
}
