import type { RequestCase } from './case.ts';
import { REQUEST_CHUNKED } from './request-chunked.ts';
import { REQUEST_FRAMING } from './request-framing.ts';
import { REQUEST_HEAD } from './request-head.ts';
import { REQUEST_PIPELINE } from './request-pipeline.ts';

export { RESPONSES } from './response-framing.ts';

export const REQUESTS: readonly RequestCase[] = [
  ...REQUEST_FRAMING,
  ...REQUEST_CHUNKED,
  ...REQUEST_HEAD,
  ...REQUEST_PIPELINE,
];
