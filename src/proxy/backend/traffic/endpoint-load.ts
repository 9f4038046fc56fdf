/** What balancers know of an endpoint. */
export class EndpointLoad {
  /** Requests under way. */
  requests: number;
  weight: number;
  /** What a weighted round robin owes it. */
  owed: number;
  /** Of its name, in every process the same. */
  readonly hash: number;

  constructor(name: string) {
    this.requests = 0;
    this.weight = 1;
    this.owed = 0;
    this.hash = hashOf(name);
  }
}

/** FNV-1a over the characters, mixed so that similar texts end up far from each other. 32 bits, not negative. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mix(hash);
}

/** The finishing steps of MurmurHash3: every bit of the input changes half of the output's. */
export function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
