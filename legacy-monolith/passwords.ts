import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Hashes a password as the shop has since 2016: SC$salt$hex. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(12).toString('hex');
  return `SC$${salt}$${(await derive(password, salt)).toString('hex')}`;
}

/** True when the password fits a stored hash: SC (scrypt) or S1 (salted SHA-256, 2009 to 2016). */
export async function passwordFits(password: string, stored: string): Promise<boolean> {
  const [kind, salt = '', hex = ''] = stored.split('$');
  const expected = Buffer.from(hex, 'hex');
  const actual =
    kind === 'SC'
      ? await derive(password, salt)
      : createHash('sha256')
          .update(salt + password)
          .digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** True for a hash that the next login should replace. */
export function isOldHash(stored: string): boolean {
  return stored.startsWith('S1$');
}

function derive(password: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, (err, key) => (err ? reject(err) : resolve(key)));
  });
}
