/** Who may send requests (AccessPolicy), with all references resolved. Times are milliseconds. */
import type { Policy } from './policy.ts';

export type AccessPolicy = Policy & AccessContent;

export type AccessContent = {
  readonly ip: IPAccess | null;
  readonly clientCertificate: ClientCertificateAccess | null;
  readonly authentication: Authentication | null;
  /** Claims that are made of others before anybody asks for them. */
  readonly derive: readonly DerivedClaim[];
  /** All of them must hold. */
  readonly authorization: readonly ClaimRequirement[];
};

export type IPAccess = {
  /** As `parseIPRange` reads them. Not empty: nobody else gets in. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** `AllowFirst`: who is on the list `allow` gets in although the list `deny` has him too. */
  readonly precedence: 'DenyFirst' | 'AllowFirst';
};

export type ClientCertificateAccess = {
  readonly mode: 'Required' | 'Optional';
  /** Not empty: the certificate must have one of them, exactly. */
  readonly subjectAltNames: readonly string[];
  /** Header that tells the backend the certificate's subject; null: none. */
  readonly subjectHeader: string | null;
};

export type ClaimRequirement = {
  readonly claim: string;
  /** Empty: the claim must be there. */
  readonly values: readonly string[];
  /** Whether the claim must have one of the values, or every one of them. */
  readonly match: 'Any' | 'All';
};

export type DerivedClaim = {
  readonly name: string;
  readonly claim: string;
  /** What of the claim's value is taken: the part of this index between delimiters; null: all of it. */
  readonly split: { readonly delimiter: string; readonly index: number } | null;
};

export type Authentication =
  | JWTAuthentication
  | APIKeyAuthentication
  | BasicAuthentication
  | LDAPAuthentication
  | OIDCAuthentication
  | ExternalAuthentication;

/** Where in a request a credential stands. */
export type CredentialSource = {
  readonly type: 'Header' | 'QueryParam' | 'Cookie';
  readonly name: string;
  /** What stands before the credential in a header, such as `Bearer `, compared without regard to case; or `''`. */
  readonly prefix: string;
};

/** Whether backends see the credential. */
export type CredentialUse = 'Forward' | 'Remove';

export type JWTAuthentication = {
  readonly type: 'JWT';
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly clockSkew: number;
  readonly keys: KeySetSource;
  readonly sources: readonly CredentialSource[];
  readonly credentials: CredentialUse;
};

/** A JSON Web Key Set. */
export type KeySetSource =
  | { readonly kind: 'inline'; readonly text: string }
  /** Key of the table's `secrets`. */
  | { readonly kind: 'secret'; readonly secret: string }
  | {
      readonly kind: 'backend';
      /** Key of the table's `backends`. */
      readonly backend: string;
      /** Host of the request for the set. */
      readonly host: string;
      readonly path: string;
      readonly refreshInterval: number;
      /** How long a set is used that cannot be fetched again. */
      readonly staleIfError: number;
      readonly timeout: number;
    };

export type APIKeyAuthentication = {
  readonly type: 'APIKey';
  /** Who has which key; `secret` is a key of the table's `secrets`. */
  readonly consumers: readonly { readonly name: string; readonly secret: string }[];
  readonly sources: readonly CredentialSource[];
  readonly credentials: CredentialUse;
};

export type BasicAuthentication = {
  readonly type: 'Basic';
  /** Key of the table's `secrets`: lines of `user:hash`. */
  readonly users: string;
  readonly credentials: CredentialUse;
};

export type LDAPAuthentication = {
  readonly type: 'LDAP';
  /** Key of the table's `backends`; its TLS is the directory's (LDAPS, or StartTLS). */
  readonly backend: string;
  readonly startTLS: boolean;
  readonly baseDN: string;
  /** The attribute that has the user's name, such as `uid`. */
  readonly userAttribute: string;
  /** Who searches; null: anybody may. `password` is a key of the table's `secrets`. */
  readonly bind: { readonly dn: string; readonly password: string } | null;
  /** Attributes of the user that become claims. */
  readonly claims: readonly { readonly name: string; readonly attribute: string }[];
  /** How long the directory's word for a user is kept; 0: it is asked each time. */
  readonly cacheTime: number;
  readonly timeout: number;
  readonly credentials: CredentialUse;
};

/** Login in a browser (OpenID Connect Core 1.0, authorization code flow). */
export type OIDCAuthentication = {
  readonly type: 'OIDC';
  readonly issuer: string;
  /** Key of the table's `backends`: where the issuer is asked. */
  readonly backend: string;
  readonly clientID: string;
  /** Keys of the table's `secrets`. */
  readonly clientSecret: string;
  readonly sessionSecret: string;
  /** `openid` among them. */
  readonly scopes: readonly string[];
  /** Where the browser comes back to, absolute; null: the origin of the request, and `redirectPath`. */
  readonly redirectURL: string | null;
  readonly redirectPath: string;
  /** Null: nobody can log out. */
  readonly logoutPath: string | null;
  readonly sessionTime: number;
  readonly timeout: number;
};

/** A service that is asked about each request (GEP-1494). */
export type ExternalAuthentication = { readonly type: 'External' } & ExternalService;

export type ExternalService = {
  readonly protocol: 'HTTP' | 'GRPC';
  /** Key of the table's `backends`. */
  readonly backend: string;
  /** Stands before the path of the request that is asked about. */
  readonly path: string;
  /** Fields of the request that the service sees, in lower case; empty: those that it always does (HTTP), or all (GRPC). */
  readonly allowedHeaders: readonly string[];
  /** Fields of its answer that the backend sees, in lower case; empty: all but those that belong to the answer itself. */
  readonly allowedResponseHeaders: readonly string[];
  /** Bytes of the request's body that the service sees; 0: none. */
  readonly maxBody: number;
  readonly timeout: number;
};
