import type { Student } from "./students.ts";

/** The page at the accounts server where a student is picked. It posts back to its own address. */
export function logInPage(clientName: string, students: readonly Student[], formTargets: readonly string[]): Response {
  const choices = students.map(
    ({ id, name, programme }) => `
        <li><button name="student" value="${escapeHtml(id)}">
          <span class="initial" aria-hidden="true">${escapeHtml(String.fromCodePoint(name.codePointAt(0) ?? 0x20))}</span>
          <span><strong>${escapeHtml(name)}</strong><small>${escapeHtml(programme)}</small></span>
        </button></li>`,
  );
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Log in · Accounts stand-in</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/log-in-page.css">
  </head>
  <body>
    <main>
      <p class="where">Accounts stand-in, on this machine</p>
      <h1>Who are you today?</h1>
      <p>The <b>${escapeHtml(clientName)}</b> asks to read your profile and your courses.</p>
      <form method="post">
        <ul>${choices.join("")}
        </ul>
        <button class="cancel" name="student" value="">Cancel</button>
      </form>
    </main>
  </body>
</html>
`;
  return new Response(html, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-store",
      // Chromium applies form-action to the redirect after the form too, so the portal is named here.
      "Content-Security-Policy": [
        "default-src 'none'",
        "style-src 'self'",
        "img-src data:",
        `form-action 'self' ${formTargets.join(" ")}`,
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ].join("; "),
      "Referrer-Policy": "no-referrer",
    },
  });
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
