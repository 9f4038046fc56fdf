import { z } from 'zod';
import { set } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { anyName, byteSize, duration } from '../value.ts';

const fullName = text({
  min: 1,
  max: 256,
  pattern: /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/,
  what: 'the full name of a service, such as shop.v1.Catalogue',
});

/** Of the keys of a ConfigMap the controller keeps those only that end in this way. */
const DESCRIPTOR_SET_KEY = /^[-._a-zA-Z0-9]*[-_a-zA-Z0-9]\.(?:binpb|desc|pb|protoset)$/;

export const grpcTranscodeSchema = z.object({
  descriptorSetRef: z
    .object({
      kind: z.enum(['ConfigMap', 'Secret']).default('ConfigMap'),
      name: anyName,
      key: text({
        max: 253,
        pattern: DESCRIPTOR_SET_KEY,
        what: 'a name that ends in .binpb, .desc, .pb or .protoset',
      })
        .default('descriptors.binpb')
        .describe("In the ConfigMap's binaryData, or the Secret's data."),
    })
    .describe(
      'A google.protobuf.FileDescriptorSet with all imports, as `protoc --include_imports --descriptor_set_out` writes it.',
    ),
  services: set(fullName, { max: 64 }).describe('Those that can be called; all without it.').optional(),
  unknownFields: z
    .enum(['Reject', 'Ignore'])
    .default('Reject')
    .describe('What becomes of fields and parameters that the request message does not have.'),
  maxRequestBytes: byteSize.default('1Mi').describe('More is answered 413.'),
  maxResponseBytes: byteSize.default('4Mi').describe('Of the message; more is answered 502.'),
  timeout: duration.default('30s').describe("Where the rule's timeouts say nothing."),
});
