/** Takes the content-encoding off a body, within a limit: a small body may unpack to a huge one. */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import type { ObservedHeaders } from '../comparison/observed.ts';

const DECODERS: Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/** The decoded body, at most `limit` bytes; itself where nothing is encoded. Rejects, or throws, for unknown encodings and larger bodies. */
export function decodedBody(
  body: Buffer,
  { 'content-encoding': written }: ObservedHeaders,
  limit: number,
): Buffer | Promise<Buffer> {
  if (written === undefined || body.length === 0) return body;
  const encoding = String(written).trim().toLowerCase();
  if (encoding === 'identity') return body;
  const decode = DECODERS[encoding];
  if (decode === undefined) throw new Error(`unknown content-encoding ${encoding}`);
  return decode(body, { maxOutputLength: limit });
}
