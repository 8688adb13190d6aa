import type { StoredToken, TokenFields, TokenQuery } from "../token.ts";

/** A token with something in every field that is looked up. */
export function namedToken(
  name: string,
): Required<Pick<TokenFields, "userName" | "clientId" | "accessToken" | "refreshToken" | "grantToken">> {
  return { userName: name, clientId: "c", accessToken: `access-${name}`, refreshToken: `refresh-${name}`, grantToken: `grant-${name}` };
}

/** Every way to ask for a token. */
export function queriesFor({ id, userName, clientId, accessToken, refreshToken, grantToken }: StoredToken): TokenQuery[] {
  return [{ id }, { userName, clientId }, { userName }, { accessToken }, { refreshToken }, { grantToken }];
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
