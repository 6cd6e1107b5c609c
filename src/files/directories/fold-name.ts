// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
const ascii = /^[\u0000-\u007f]*$/;

/**
 * Makes names alike that are one name in a share, which does not tell upper from lower case. Character by character, as the
 * file system of the service has it: none grows, and none becomes a plain letter that was not one.
 */
export function foldName(name: string): string {
  return ascii.test(name) ? name.toUpperCase() : Array.from(name, foldCharacter).join('');
}

function foldCharacter(character: string): string {
  const upper = character.toUpperCase();
  const isOneForOne = upper.length === character.length && ascii.test(upper) === ascii.test(character);
  return isOneForOne ? upper : character;
}
