/** Pure. The types that a parameter may have; they are read character by character, in time that grows with the segment alone. */

/** From the narrowest to the widest: where two fit, the first wins. */
export const PARAMETER_TYPES = ['uuid', 'int', 'hex', 'slug'] as const;
/** `uuid` 8-4-4-4-12 hexadecimal digits, `int` digits, `hex` hexadecimal digits, `slug` letters, digits, `-` and `_`. */
export type ParameterType = (typeof PARAMETER_TYPES)[number];

const UUID_LENGTH = 36;

/** Whether a segment is of a type; an empty one is of none. */
export function isOfType(type: ParameterType, segment: string): boolean {
  switch (type) {
    case 'uuid':
      return isUuid(segment);
    case 'int':
      return every(segment, isDigit);
    case 'hex':
      return every(segment, isHexDigit);
    case 'slug':
      return every(segment, isSlugCharacter);
  }
}

function every(segment: string, holds: (code: number) => boolean): boolean {
  for (let index = 0; index < segment.length; index += 1) {
    if (!holds(segment.charCodeAt(index))) return false;
  }
  return segment !== '';
}

function isUuid(segment: string): boolean {
  if (segment.length !== UUID_LENGTH) return false;
  for (let index = 0; index < UUID_LENGTH; index += 1) {
    const code = segment.charCodeAt(index);
    const dash = index === 8 || index === 13 || index === 18 || index === 23;
    if (dash ? code !== 45 : !isHexDigit(code)) return false;
  }
  return true;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isHexDigit(code: number): boolean {
  const lower = code | 32;
  return isDigit(code) || (lower >= 97 && lower <= 102);
}

function isSlugCharacter(code: number): boolean {
  const lower = code | 32;
  return isDigit(code) || (lower >= 97 && lower <= 122) || code === 45 || code === 95;
}
