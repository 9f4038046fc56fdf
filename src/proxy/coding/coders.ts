/** The codings as node:zlib has them, at levels that cost little: what is saved is time on the wire. */
import {
  type BrotliOptions,
  brotliCompress,
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  gzip,
  gzipSync,
  type ZlibOptions,
  type ZstdOptions,
  zstdCompress,
  zstdCompressSync,
} from 'node:zlib';
import type { ContentCoding } from './accept-encoding.ts';

/** A body that is being coded. */
export type Coder = ReturnType<typeof createGzip> | ReturnType<typeof createBrotliCompress>;

const HIGH_WATER_MARK = { highWaterMark: 65_536 };
const GZIP: ZlibOptions = { level: 5, memLevel: 8 };
const BROTLI: BrotliOptions = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 },
};
const ZSTD: ZstdOptions = {
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_windowLog]: 18 },
};

/** A coder for a body that comes bit by bit. */
export function coderOf(coding: ContentCoding): Coder {
  switch (coding) {
    case 'br':
      return createBrotliCompress({ ...BROTLI, ...HIGH_WATER_MARK });
    case 'zstd':
      return createZstdCompress({ ...ZSTD, ...HIGH_WATER_MARK });
    default:
      return createGzip({ ...GZIP, ...HIGH_WATER_MARK });
  }
}

/** What makes everything that was written so far readable at the other end. */
export function flushKind(coding: ContentCoding): number {
  switch (coding) {
    case 'br':
      return constants.BROTLI_OPERATION_FLUSH;
    case 'zstd':
      return constants.ZSTD_e_flush;
    default:
      return constants.Z_SYNC_FLUSH;
  }
}

/** A whole body, now. */
export function codedNow(coding: ContentCoding, body: Buffer): Buffer {
  switch (coding) {
    case 'br':
      return brotliCompressSync(body, BROTLI);
    case 'zstd':
      return zstdCompressSync(body, ZSTD);
    default:
      return gzipSync(body, GZIP);
  }
}

/** A whole body, in a thread; `done` gets null when that fails. */
export function coded(coding: ContentCoding, body: Buffer, done: (coded: Buffer | null) => void): void {
  const finish = (error: Error | null, result: Buffer): void => done(error === null ? result : null);
  switch (coding) {
    case 'br':
      brotliCompress(body, BROTLI, finish);
      break;
    case 'zstd':
      zstdCompress(body, ZSTD, finish);
      break;
    default:
      gzip(body, GZIP, finish);
  }
}
