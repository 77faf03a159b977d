import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';

/** A record as a test writes it; TTLs in seconds. */
export type DnsRecord =
  | { name: string; address: string; ttl: number }
  | { name: string; target: string; port: number; priority: number; ttl: number };

const TYPES = { A: 1, AAAA: 28, SRV: 33 } as const;

/** A DNS server over UDP on loopback (RFC 1035, no compression, no EDNS), which answers from a list of records. */
export async function startFakeDns() {
  let records: readonly DnsRecord[] = [];
  let socket: Socket | undefined;
  let port = 0;
  /** `silent` loses every question, `broken` answers SERVFAIL, `half` does so for AAAA only. */
  let manners: 'honest' | 'silent' | 'broken' | 'half' = 'honest';
  let brokenName: string | undefined;
  const asked: { name: string; type: number }[] = [];
  const answer = (message: Buffer, from: RemoteInfo) => {
    const { name, type, end } = questionOf(message);
    asked.push({ name, type });
    if (manners === 'silent') return;
    const failing =
      manners === 'broken' || name === brokenName || (manners === 'half' && type === TYPES.AAAA);
    const mine = failing ? [] : records.filter((record) => record.name === name && typeOf(record) === type);
    const known = records.some((record) => record.name === name);
    const header = Buffer.from(message.subarray(0, 12));
    header.writeUInt16BE(0x8580 | (failing ? 2 : known ? 0 : 3), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(mine.length, 6);
    header.writeUInt32BE(0, 8);
    socket?.send(
      Buffer.concat([header, message.subarray(12, end), ...mine.map(encode)]),
      from.port,
      from.address,
    );
  };
  const start = async () => {
    socket = createSocket('udp4', answer);
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    port = socket.address().port;
  };
  await start();
  return {
    server: `127.0.0.1:${port}`,
    asked,
    set: (...next: DnsRecord[]) => {
      records = next;
    },
    /** Answers SERVFAIL for one name. */
    breakName: (name: string) => {
      brokenName = name;
    },
    behave: (next: typeof manners) => {
      manners = next;
    },
    start,
    async stop() {
      if (socket === undefined) return;
      const closed = once(socket, 'close');
      socket.close();
      await closed;
      socket = undefined;
    },
  };
}

function questionOf(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  while (message[at] !== 0) {
    const length = message[at]!;
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function typeOf(record: DnsRecord): number {
  if ('target' in record) return TYPES.SRV;
  return isIP(record.address) === 4 ? TYPES.A : TYPES.AAAA;
}

function encode(record: DnsRecord): Buffer {
  const data = 'target' in record ? service(record) : addressBytes(record.address);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(typeOf(record), 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(record.ttl, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(record.name), fixed, data]);
}

function service({ priority, port, target }: { priority: number; port: number; target: string }): Buffer {
  const fixed = Buffer.alloc(6);
  fixed.writeUInt16BE(priority, 0);
  fixed.writeUInt16BE(port, 4);
  return Buffer.concat([fixed, encodeName(target)]);
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

/** IPv6 addresses in full or with one `::`. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [left = '', right = ''] = address.split('::');
  const head = left.split(':').filter(Boolean);
  const tail = right.split(':').filter(Boolean);
  const words = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return Buffer.from(
    words.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 255]),
  );
}
