import { createHash } from "node:crypto";
import { newToken } from "./new-token.ts";

/** How long Zoho's authorization codes live. */
const LIFETIME_MS = 2 * 60_000;

export interface CodeRequest {
  studentId: string;
  clientId: string;
  redirectUri: string;
  /** Of PKCE, by S256; null where the client does without. */
  challenge: string | null;
}

/** The authorization codes that nobody has come for yet. */
export class Codes {
  readonly #issued = new Map<string, CodeRequest & { expiresAt: number }>();

  issue(request: CodeRequest): string {
    const code = newToken();
    this.#issued.set(code, { ...request, expiresAt: Date.now() + LIFETIME_MS });
    return code;
  }

  /** The id of the student whose code it is, if the client, the address and the verifier are those of the request. It serves once, whatever comes of it. */
  take(code: string, client: { clientId: string; redirectUri: string; verifier: string }): string | undefined {
    const issued = this.#issued.get(code);
    this.#issued.delete(code);
    if (!issued || issued.expiresAt < Date.now()) return undefined;
    if (issued.clientId !== client.clientId || issued.redirectUri !== client.redirectUri) return undefined;
    if (issued.challenge !== null && createHash("sha256").update(client.verifier).digest("base64url") !== issued.challenge)
      return undefined;
    return issued.studentId;
  }
}
