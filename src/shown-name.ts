/** The name of a field or option, for a message. What does not look like a name may be a token that stands in its place, and is not repeated. */
export function shownName(name: string): string {
  return /^[a-z_]{1,24}$/i.test(name) ? JSON.stringify(name) : "of that name";
}
