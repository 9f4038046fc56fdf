import type { ExtensionFilter } from '../../api/policy/http-route-filter.ts';
import { compressionType } from './compression.ts';
import { directResponseType } from './direct-response.ts';
import { grpcTranscodeType } from './grpc-transcode.ts';
import { grpcWebType } from './grpc-web.ts';
import { soapType } from './soap.ts';
import { transformType } from './transform.ts';
import type { FilterType } from './type.ts';

export const FILTER_TYPES: Readonly<Record<ExtensionFilter['spec']['type'], FilterType>> = {
  Compression: compressionType,
  DirectResponse: directResponseType,
  GRPCTranscode: grpcTranscodeType,
  GRPCWeb: grpcWebType,
  SOAP: soapType,
  Transform: transformType,
};
