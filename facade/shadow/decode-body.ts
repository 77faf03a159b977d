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

/** The decoded body, at most `limit` bytes. Rejects for unknown encodings and larger bodies. */
export async function decodeBody(body: Buffer, headers: ObservedHeaders, limit: number): Promise<Buffer> {
  const encoding = String(headers['content-encoding'] ?? 'identity')
    .trim()
    .toLowerCase();
  if (encoding === 'identity' || body.length === 0) return body;
  const decode = DECODERS[encoding];
  if (decode === undefined) throw new Error(`unknown content-encoding ${encoding}`);
  return decode(body, { maxOutputLength: limit });
}
