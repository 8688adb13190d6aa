import type { EdgeTokenStore } from "../../src/index.ts";

const AT_ONCE = 500;

/** Saves so many tokens, each with all five fields that it can be found by; the values end in its number. */
export async function saveManyTokens(store: EdgeTokenStore, count: number): Promise<void> {
  for (let start = 0; start < count; start += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - start) }, (_, offset) => start + offset);
    await Promise.all(
      numbers.map((number) =>
        store.saveToken({
          userName: `user-${number}`,
          clientId: "client",
          accessToken: `access-${number}`,
          refreshToken: `refresh-${number}`,
          grantToken: `grant-${number}`,
        }),
      ),
    );
  }
}
