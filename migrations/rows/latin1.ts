/**
 * Pure. The character set that MariaDB and MySQL call latin1: Windows-1252, with the five bytes that have no
 * meaning there (81 8D 8F 90 9D) as the control characters of the same number.
 */
const UPPER =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

const C1 = /[\u0080-\u009f]/g;

/** Bytes of a latin1 column as text. */
export function decodeLatin1(bytes: Buffer): string {
  return bytes.toString('latin1').replace(C1, (char) => UPPER[char.charCodeAt(0) - 0x80]!);
}
