/** The audit in a file of this facade: one line of JSON an entry, on the disk before the next is written. */
import { type FileHandle, open } from 'node:fs/promises';
import { messageOf } from '../../chassis/errors.ts';
import { facadeErrors } from '../errors.ts';
import { entryOf, toLines } from './audit-lines.ts';
import { headOf } from './chain.ts';
import type { AuditEntry, ChainHead } from './entry.ts';

/** An open audit file. */
export interface AuditFile {
  /** Of the last entry that was in it when it was opened. */
  head: ChainHead | undefined;
  append(entries: readonly AuditEntry[]): Promise<void>;
  close(): Promise<void>;
}

const BLOCK = 65_536;

/** Opens or makes the file. Raises AUDIT_FILE_UNWRITABLE, AUDIT_FILE_BROKEN. */
export async function openAuditFile(file: string): Promise<AuditFile> {
  const handle = await open(file, 'a+', 0o600).catch((error) => {
    throw facadeErrors.error('AUDIT_FILE_UNWRITABLE', { file, reason: messageOf(error) }, error);
  });
  try {
    const head = await lastHead(handle, file);
    return {
      head,
      async append(entries) {
        try {
          await handle.appendFile(toLines(entries));
          await handle.datasync();
        } catch (error) {
          // A full disk may have taken half a line, after which no other may be written.
          await cutUnfinished(handle);
          throw error;
        }
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Cuts off a line that a crash left unfinished; resolves with what is left of the file, in bytes. */
async function cutUnfinished(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const end = await lineBreakBefore(handle, size);
  if (end < size) await handle.truncate(end);
  return end;
}

async function lastHead(handle: FileHandle, file: string): Promise<ChainHead | undefined> {
  const end = await cutUnfinished(handle);
  if (end === 0) return undefined;
  const begin = await lineBreakBefore(handle, end - 1);
  const { buffer } = await handle.read(Buffer.alloc(end - begin), 0, end - begin, begin);
  const entry = entryOf(buffer.toString());
  if (entry === undefined) throw facadeErrors.error('AUDIT_FILE_BROKEN', { file });
  return headOf(entry);
}

/** The place after the last line break before `end`; 0 when there is none. */
async function lineBreakBefore(handle: FileHandle, end: number): Promise<number> {
  const block = Buffer.alloc(BLOCK);
  for (let at = end; at > 0; at -= BLOCK) {
    const begin = Math.max(0, at - BLOCK);
    const { bytesRead } = await handle.read(block, 0, at - begin, begin);
    const found = block.subarray(0, bytesRead).lastIndexOf('\n');
    if (found >= 0) return begin + found + 1;
  }
  return 0;
}
