import type { Aggregate } from './aggregate.ts';
import type { Compression } from './compression.ts';
import type { GRPCWeb } from './grpc-web.ts';
import type { ExternalService } from './policy/access.ts';
import type { SOAP } from './soap.ts';
import type { GRPCTranscode } from './transcode.ts';
import type { DirectAnswer, Transform } from './transform.ts';

/** What a rule, or one backend of a rule, does to a request or a response. One union member per kind of filter. */
export type Filter =
  | Aggregate
  | GRPCTranscode
  | GRPCWeb
  | SOAP
  | RequestHeaderModifier
  | ResponseHeaderModifier
  | RequestRedirect
  | UrlRewrite
  | RequestMirror
  | Cors
  | Compression
  | ExternalAuth
  | DirectAnswer
  | Transform;

export type HeaderValue = { readonly name: string; readonly value: string };

/** Names keep the manifest's case and compare without it. Order of effect: set, add, remove. */
export type HeaderEdits = {
  readonly set: readonly HeaderValue[];
  readonly add: readonly HeaderValue[];
  readonly remove: readonly string[];
};

export type RequestHeaderModifier = { readonly kind: 'RequestHeaderModifier' } & HeaderEdits;
export type ResponseHeaderModifier = { readonly kind: 'ResponseHeaderModifier' } & HeaderEdits;

/** `full` replaces the whole path; `prefix` replaces the prefix that the rule matched. */
export type PathModifier = { readonly kind: 'full' | 'prefix'; readonly value: string };

/** Null: as in the request. */
export type RequestRedirect = {
  readonly kind: 'RequestRedirect';
  readonly scheme: 'http' | 'https' | null;
  readonly hostname: string | null;
  readonly path: PathModifier | null;
  readonly port: number | null;
  readonly statusCode: 301 | 302 | 303 | 307 | 308;
};

export type UrlRewrite = {
  readonly kind: 'URLRewrite';
  readonly hostname: string | null;
  readonly path: PathModifier | null;
};

export type RequestMirror = {
  readonly kind: 'RequestMirror';
  /** Key of `backends`; null when the reference could not be resolved: then nothing is mirrored. */
  readonly backend: string | null;
  /** Share of requests that are mirrored: numerator of denominator. */
  readonly numerator: number;
  readonly denominator: number;
};

export type Cors = {
  readonly kind: 'CORS';
  /** `*`, `https://app.example`, `https://*.example`; a wildcard stands for one or more labels. */
  readonly allowOrigins: readonly string[];
  readonly allowCredentials: boolean;
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Seconds. */
  readonly maxAge: number;
};

/** A service is asked about each request. */
export type ExternalAuth = { readonly kind: 'ExternalAuth' } & ExternalService;
