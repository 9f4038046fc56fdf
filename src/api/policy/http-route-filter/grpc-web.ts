import { z } from 'zod';
import { byteSize } from '../value.ts';

export const grpcWebSchema = z.object({
  maxRequestBytes: byteSize.default('4Mi').describe('Of all messages of a request; more is RESOURCE_EXHAUSTED.'),
});
