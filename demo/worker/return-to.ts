/** Where a log-in leads when nothing sensible was asked for. */
const HOME = "/";
const MAX_LENGTH = 500;

/**
 * The path that a log-in leads back to; the home page for anything that could lead to another site.
 *
 * Browsers take `//evil`, `/\evil` and `/<tab>/evil` for addresses of other hosts, so it is not the text that
 * decides but what the URL parser of the platform makes of it, and then the parser's own form is used.
 */
export function parseReturnTo(value: unknown): string {
  if (typeof value !== "string" || !value.startsWith("/")) return HOME;
  const base = "https://portal.invalid";
  if (!URL.canParse(value, base)) return HOME;
  const { origin, pathname, search } = new URL(value, base);
  // A path such as /x/..//evil is one of this site for the parser, and another host when it stands alone.
  if (origin !== base || pathname.startsWith("//") || pathname.startsWith("/auth/") || pathname.startsWith("/api/")) return HOME;
  const path = pathname + search;
  // As the parser writes it: escapes make it longer, and it goes into a cookie.
  return path.length > MAX_LENGTH ? HOME : path;
}
