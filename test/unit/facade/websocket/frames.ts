import fc from 'fast-check';

/** A frame of a test. */
export interface TestFrame {
  opcode: number;
  last: boolean;
  masked: boolean;
  payload: Buffer;
}

/** Its bytes (RFC 6455, 5.2). */
export function encode({ opcode, last, masked, payload }: TestFrame): Buffer {
  const { length } = payload;
  const mark = masked ? 0x80 : 0;
  const first = (last ? 0x80 : 0) | opcode;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = first;
  if (length < 126) head[1] = mark | length;
  else if (length < 65_536) {
    head[1] = mark | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = mark | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  // A mask of zeros leaves the payload as it is; its four bytes are there all the same.
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), payload]);
}

const payload = fc
  .oneof(fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536, 70_000), fc.integer({ min: 0, max: 300 }))
  // Bytes that look like heads of Close frames.
  .map((length) => Buffer.alloc(length, Buffer.of(0x88, 0x02)));
const ping = fc.record({
  opcode: fc.constantFrom(9, 10),
  payload: payload.filter(({ length }) => length < 126),
});

/** A message: its fragments, with pings and pongs between them. */
const message = fc
  .tuple(
    fc.constantFrom(1, 2),
    fc.array(fc.tuple(payload, fc.array(ping, { maxLength: 2 })), { minLength: 1, maxLength: 3 }),
    fc.boolean(),
  )
  .map(([opcode, fragments, masked]) =>
    fragments.flatMap(([part, pings], index): TestFrame[] => [
      { opcode: index === 0 ? opcode : 0, last: index === fragments.length - 1, masked, payload: part },
      ...(index === fragments.length - 1 ? [] : pings.map((one) => ({ ...one, last: true, masked }))),
    ]),
  );
const alone = ping.map((one): TestFrame[] => [{ ...one, last: true, masked: false }]);

/** What one end said: its bytes and the places at which nothing is open, the first and the last among them. */
export const said = fc.array(fc.oneof(message, alone), { maxLength: 4 }).map((messages) => {
  const whole = messages.map((frames) => Buffer.concat(frames.map(encode)));
  const bytes = Buffer.concat(whole);
  let at = 0;
  const boundaries = new Set([0, ...whole.map(({ length }) => (at += length))]);
  return { bytes, boundaries };
});

/** The places at which bytes are cut into chunks: many small ones, or a few. */
export const cuts = fc.oneof(
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
  fc.array(fc.constantFrom(0.000_01, 0.000_02, 0.000_05, 0.5, 0.999_99), { maxLength: 8 }),
);

/** The chunks. */
export function chunksOf(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  );
  let from = 0;
  return ends.map((end) => {
    const chunk = bytes.subarray(from, end);
    from = end;
    return chunk;
  });
}
