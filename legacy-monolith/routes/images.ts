import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { type Request, type Response, Router } from 'express';
import { row, run } from '../db.ts';
import { findProduct, PRODUCT_NOT_FOUND } from '../product-view.ts';
import { bigId, param, shopOf } from '../shop.ts';

/** Product images: files in the upload folder, their names in tbl_img. */
export const images = Router();

images.post('/api/products/:id/image', upload);
images.get('/api/products/:id/image', download);

const MAX_BYTES = 2 * 1024 * 1024;

interface ReceivedFile {
  path: string;
  size: number;
  sha: string;
  head: Buffer;
}

type Received = ReceivedFile | { status: 400 | 413; wrong: string };

const KINDS = [
  { mime: 'image/png', ext: 'png', magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { mime: 'image/jpeg', ext: 'jpg', magic: [0xff, 0xd8, 0xff] },
  { mime: 'image/gif', ext: 'gif', magic: [0x47, 0x49, 0x46, 0x38] },
];

/** The kind is read from the bytes; what the client calls it does not count. */
async function upload(req: Request, res: Response) {
  const { db, uploadDir } = shopOf(req);
  const id = bigId(param(req, 'id'));
  if (id === undefined || (await findProduct(db, 'prd_id', id)) === undefined) {
    req.resume();
    return void res.json(PRODUCT_NOT_FOUND);
  }
  await mkdir(uploadDir, { recursive: true });
  const temporary = join(uploadDir, `.${randomUUID()}.part`);
  try {
    const file = await receive(req, temporary);
    if ('wrong' in file) return void res.status(file.status).json({ Error: file.wrong });
    const kind = KINDS.find(({ magic }) => magic.every((byte, i) => file.head[i] === byte));
    if (kind === undefined) return void res.status(400).json({ Error: 'image is no PNG, JPEG or GIF' });
    const name = `${id}-${file.sha.slice(0, 16)}.${kind.ext}`;
    await rename(temporary, join(uploadDir, name));
    await keep(req, id, name, kind.mime, file.size);
    res.status(201).json({ ok: 'Y', mime: kind.mime, Bytes: file.size, sha256: file.sha });
  } finally {
    await rm(temporary, { force: true });
  }
}

async function keep(req: Request, id: bigint, name: string, mime: string, size: number) {
  const { db, uploadDir } = shopOf(req);
  const before = await row<{ img_fl: string }>(db, 'SELECT img_fl FROM tbl_img WHERE prd_id = ?', [id]);
  await run(
    db,
    'INSERT INTO tbl_img (prd_id, img_fl, img_mime, img_sz) VALUES (?) ON DUPLICATE KEY UPDATE img_fl = VALUES(img_fl), img_mime = VALUES(img_mime), img_sz = VALUES(img_sz)',
    [[id, name, mime, size]],
  );
  if (before !== undefined && before.img_fl !== name)
    await rm(join(uploadDir, before.img_fl), { force: true });
}

/** Writes the file field `image` to path; other fields are skipped. */
async function receive(req: Request, path: string): Promise<Received> {
  let parser: busboy.Busboy;
  try {
    parser = busboy({ headers: req.headers, limits: { files: 1, fileSize: MAX_BYTES } });
  } catch {
    req.resume();
    return { status: 400, wrong: 'expected multipart/form-data' };
  }
  let file: Promise<Received> | undefined;
  parser.on('file', (field, stream) => {
    if (field !== 'image') return void stream.resume();
    file = write(stream, path);
    file.catch((err) => parser.destroy(err));
  });
  try {
    await pipeline(req, parser);
  } catch {
    const cause: unknown = await file?.catch((err: unknown) => err);
    if ((cause as NodeJS.ErrnoException | undefined)?.syscall !== undefined) throw cause;
    return { status: 400, wrong: 'upload broke off' };
  }
  return (await file) ?? { status: 400, wrong: 'image is missing' };
}

async function write(
  stream: NodeJS.ReadableStream & { truncated?: boolean },
  path: string,
): Promise<Received> {
  const hash = createHash('sha256');
  let size = 0;
  let head = Buffer.alloc(0);
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      if (head.length < 16) head = Buffer.concat([head, chunk.subarray(0, 16)]);
      done(null, chunk);
    },
  });
  await pipeline(stream, measure, createWriteStream(path));
  if (stream.truncated) return { status: 413, wrong: 'image is larger than 2 MiB' };
  return { path, size, sha: hash.digest('hex'), head };
}

interface ImageRow {
  img_fl: string;
  img_mime: string;
}

async function download(req: Request, res: Response) {
  const { db, uploadDir } = shopOf(req);
  const id = bigId(param(req, 'id'));
  const sql = 'SELECT img_fl, img_mime FROM tbl_img WHERE prd_id = ?';
  const found = id === undefined ? undefined : await row<ImageRow>(db, sql, [id]);
  const file = found && (await open(join(uploadDir, found.img_fl)).catch(() => undefined));
  if (found === undefined || file === undefined) {
    return void res.status(404).json({ error: { code: 'IMG_404', msg: 'No image' } });
  }
  const { size } = await file.stat();
  res.type(found.img_mime).set({ 'Content-Length': String(size), 'X-Content-Type-Options': 'nosniff' });
  await pipeline(file.createReadStream(), res).catch(() => {});
}
