/** Pure. The frame that ends a WebSocket (RFC 6455, 5.5.1). */

/** "Service restart": clients are to connect again (IANA, WebSocket Close Code Number Registry). */
export const SERVICE_RESTART = 1012;

/** A Close frame; `mask` is four bytes, which a client must send and a server must not. */
export function closeFrame(code: number, mask?: Buffer): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  if (mask === undefined) return Buffer.concat([Buffer.of(0x88, 2), payload]);
  const masked = payload.map((byte, index) => byte ^ mask[index % 4]!);
  return Buffer.concat([Buffer.of(0x88, 0x82), mask, masked]);
}
