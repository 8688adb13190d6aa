/** Controls, line breaks, and what hides or turns around its surroundings. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A value as code has it. What can't be seen is written as an escape: values come from people. */
export function codeText(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, (character) => character.split("").map(escape).join(""));
}

function escape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
