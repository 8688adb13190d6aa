import { UnstorageAdapter } from "@auth/unstorage-adapter";
import type { Storage } from "unstorage";
import { benchToken, CLIENT_ID, userName } from "./tokens.ts";

/** The nearest peer on servers: users by e-mail over the same drivers, in plain text. */
export interface Peer {
  add(number: number): Promise<unknown>;
  find(number: number): Promise<unknown>;
}

export const AUTH_JS = "Auth.js adapter's getUserByEmail (plain text, not verified)";

export function authJsPeer(storage: Storage): Peer {
  const adapter = UnstorageAdapter(storage as never, { baseKeyPrefix: "auth:" });
  return {
    add: async (number) => {
      const { userName: email, accessToken, refreshToken } = benchToken(number);
      // As many bytes as a token, so that both read the same amount.
      const name = `${accessToken} ${refreshToken} ${CLIENT_ID}`;
      return adapter.createUser!({ id: "", emailVerified: null, name, email });
    },
    find: async (number) => adapter.getUserByEmail!(userName(number)),
  };
}
