/** ExportTraceServiceRequest of OTLP 1 (opentelemetry-proto, collector/trace/v1 and trace/v1), in Protocol Buffers. */
import { ProtobufWriter } from './protobuf.ts';
import { type Attribute, ERROR, nanoseconds, type Resource, SCOPE, SERVER, type Span } from './span.ts';

const writer = new ProtobufWriter();

export function spansToProtobuf(resource: Resource, spans: readonly Span[]): Buffer {
  // resource_spans = 1 { resource = 1 { attributes = 1 }; scope_spans = 2 { scope = 1 { name = 1, version = 2 }; spans = 2 } }
  writer.message(1, () => {
    writer.message(1, () => attribute(1, ['service.name', resource.serviceName]));
    writer.message(2, () => {
      writer.message(1, () => {
        writer.string(1, SCOPE);
        writer.string(2, resource.version);
      });
      for (const span of spans) writer.message(2, () => write(span));
    });
  });
  return writer.take();
}

function write(span: Span): void {
  writer.hex(1, span.traceId);
  writer.hex(2, span.spanId);
  if (span.traceState !== '') writer.string(3, span.traceState);
  if (span.parentId !== '') writer.hex(4, span.parentId);
  writer.string(5, span.name);
  writer.integer(6, SERVER);
  writer.fixed64(7, nanoseconds(span.start));
  writer.fixed64(8, nanoseconds(span.end));
  for (const one of span.attributes) attribute(9, one);
  if (span.isError) writer.message(15, () => writer.integer(3, ERROR));
}

/** KeyValue { key = 1; value = 2 { string_value = 1 | int_value = 3 } } */
function attribute(field: number, [name, value]: Attribute): void {
  writer.message(field, () => {
    writer.string(1, name);
    writer.message(2, () => {
      if (typeof value === 'string') writer.string(1, value);
      else writer.integer(3, value);
    });
  });
}
