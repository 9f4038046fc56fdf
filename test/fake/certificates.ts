/** Self-signed certificates for tests, valid until 2126. Their keys are published here and protect nothing. */
import { createHash } from 'node:crypto';
import type { Certificate } from '../../src/ir/table.ts';

function certificate(names: readonly string[], chain: string, key: string): Certificate {
  return { names, chain, key, notAfter: Date.UTC(2126, 0) };
}

/** Key of the certificate in a routing table. */
export function certificateKey({ chain, key }: Certificate): string {
  return `sha256/${createHash('sha256').update(chain).update(key).digest('hex')}`;
}

export const EXACT = certificate(
  ['a.example'],
  `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUbntVzdcZIuN0oWouhnmMvxc6wnAwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJYS5leGFtcGxlMCAXDTI2MTEyMTAzMTIxNFoYDzIxMjYxMDI4
MDMxMjE0WjAUMRIwEAYDVQQDDAlhLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQkyr7hkFDfW3PsFD5HuA2shmfz95xMACPQKW0XsUH1MIZadIaHo1uf
aSEraKeylIBp1+kXQV7MyDdpFw/cxjx1o2kwZzAdBgNVHQ4EFgQUW7qpQpvuzT4M
stueTENx6++C/sgwHwYDVR0jBBgwFoAUW7qpQpvuzT4MstueTENx6++C/sgwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglhLmV4YW1wbGUwCgYIKoZIzj0EAwID
RwAwRAIgAVPsXmoT1YpenosY91vklPE9SitqS3DuU4ECf34dsUECIDFC5rMiB1Co
WSII6EB01o/f/62AQEeR713gwL7K5XRo
-----END CERTIFICATE-----
`,
  `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWLqxDvz5241wkSE2
ymM4BzNsJma7zVb+uiAXrjUY7I6hRANCAAQkyr7hkFDfW3PsFD5HuA2shmfz95xM
ACPQKW0XsUH1MIZadIaHo1ufaSEraKeylIBp1+kXQV7MyDdpFw/cxjx1
-----END PRIVATE KEY-----
`,
);

export const WILDCARD = certificate(
  ['*.b.example'],
  `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUePD+zVggYqU8NtTqCVg3/SZRBuUwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLKi5iLmV4YW1wbGUwIBcNMjYxMTIxMDMxMjE0WhgPMjEyNjEw
MjgwMzEyMTRaMBYxFDASBgNVBAMMCyouYi5leGFtcGxlMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAELayQyuGHDdG73b4X6VpghTrwa5S/kI9Lt8D9OSCKvfHEkHHj
BUrkJmpPUc1kKHatIw5g3YPhOKguTqTMT+qOkKNrMGkwHQYDVR0OBBYEFEEbb2U3
rwqVCAebQiS5J5T1Y/KgMB8GA1UdIwQYMBaAFEEbb2U3rwqVCAebQiS5J5T1Y/Kg
MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILKi5iLmV4YW1wbGUwCgYIKoZI
zj0EAwIDSQAwRgIhAOMhpINZjir5wnIF17tLhafPfO2Z/OnxV4ktc+izVjEMAiEA
hhUKn3NvOyGYHIYmNTeZlxgupQEFJ88Qi13m+/0KMv0=
-----END CERTIFICATE-----
`,
  `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/0vGrihixzoMI1Fb
JEBXp61niOWTYMVI3G29/euGDVqhRANCAAQtrJDK4YcN0bvdvhfpWmCFOvBrlL+Q
j0u3wP05IIq98cSQceMFSuQmak9RzWQodq0jDmDdg+E4qC5OpMxP6o6Q
-----END PRIVATE KEY-----
`,
);

export const OTHER = certificate(
  ['other.example'],
  `-----BEGIN CERTIFICATE-----
MIIBojCCAUegAwIBAgIUb1PGmFtFPVf+0vK6p2k0534C6WowCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNb3RoZXIuZXhhbXBsZTAgFw0yNjExMjEwMzEyMTRaGA8yMTI2
MTAyODAzMTIxNFowGDEWMBQGA1UEAwwNb3RoZXIuZXhhbXBsZTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABHiMtKeKLPt7zflEsJy2LKqJyXXT+L+ylPoGnKoPyx7p
FTdGo012qCV54dwbqF7rpwRC32ethuEq+s9tKVB3NlejbTBrMB0GA1UdDgQWBBSX
UlA0woCPm8ikJQcwiZ194agGSzAfBgNVHSMEGDAWgBSXUlA0woCPm8ikJQcwiZ19
4agGSzAPBgNVHRMBAf8EBTADAQH/MBgGA1UdEQQRMA+CDW90aGVyLmV4YW1wbGUw
CgYIKoZIzj0EAwIDSQAwRgIhANoaf0Ot1W31tSCOg9QWHAVe96U88LUZYd7ay/Rn
wH3/AiEAk7ownBhXtBaLtmvP0tbIDDel2AcFMSsqo3VK5iceg8k=
-----END CERTIFICATE-----
`,
  `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOQBl+P3gF7WVQ0xC
zzYIAGH8XOhri0bswdY0nOIpXs6hRANCAAR4jLSniiz7e835RLCctiyqicl10/i/
spT6BpyqD8se6RU3RqNNdqgleeHcG6he66cEQt9nrYbhKvrPbSlQdzZX
-----END PRIVATE KEY-----
`,
);
