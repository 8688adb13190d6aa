import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStorage } from "unstorage";
import { atomicFsDriver } from "../../dist/backends/unstorage/atomic-fs/index.js";
import { createUnstorageTokenStore } from "../../dist/backends/unstorage/index.js";
import type { TokenQuery } from "../../dist/index.js";
import type { Comparison, Suite } from "../lib/comparison.ts";
import { benchToken, CLIENT_ID, cycle, fill, SECRET } from "../lib/tokens.ts";

const SIZES = [
  [1000, 0.7],
  [10_000, 0.1],
] as const;

/** What the FileStore of Zoho's SDK is asked with and fills in. */
interface ZohoToken {
  setUserSignature(signature: unknown): void;
  setClientId(value: string): void;
  setClientSecret(value: string): void;
  setRefreshToken(value: string): void;
  setGrantToken(value: string): void;
  setAccessToken(value: string): void;
}
interface ZohoStore {
  findToken(token: ZohoToken): Promise<unknown>;
  saveToken(token: ZohoToken): Promise<void>;
}

const require = createRequire(import.meta.url);
const SDK = "@zohocrm/typescript-sdk-8.0/dist";
const { FileStore } = require(`${SDK}/models/authenticator/store/file_store.js`) as { FileStore: new (path: string) => ZohoStore };
const { OAuthToken } = require(`${SDK}/models/authenticator/oauth_token.js`) as { OAuthToken: new () => ZohoToken };
const { UserSignature } = require(`${SDK}/routes/user_signature.js`) as { UserSignature: new (name: string) => unknown };

/** Files: ours are synced and sealed, one a token; Zoho's FileStore reads one CSV from the top for each look-up. */
export async function openSuite(): Promise<Suite> {
  const directory = await mkdtemp(join(tmpdir(), "ets-bench-files-"));
  const comparisons: Comparison[] = [];
  for (const [count, bar] of SIZES) {
    const storage = createStorage({ driver: atomicFsDriver({ base: join(directory, `ours-${count}`) }) });
    const ours = createUnstorageTokenStore(storage, { secret: SECRET });
    await fill(count, (number) => ours.saveToken(benchToken(number)), 32);
    const theirs = await filledFileStore(join(directory, `zoho-${count}.csv`), count);
    const fields: [string, (number: number) => TokenQuery, (number: number) => ZohoToken][] = [
      [
        "account",
        (number) => ({ userName: benchToken(number).userName, clientId: CLIENT_ID }),
        (number) => zohoToken({ userName: benchToken(number).userName, clientId: CLIENT_ID }),
      ],
      [
        "access token",
        (number) => ({ accessToken: benchToken(number).accessToken }),
        (number) => zohoToken({ accessToken: benchToken(number).accessToken }),
      ],
      [
        "refresh token",
        (number) => ({ refreshToken: benchToken(number).refreshToken }),
        (number) => zohoToken({ refreshToken: benchToken(number).refreshToken, clientId: CLIENT_ID, clientSecret: "secret" }),
      ],
      [
        "grant token",
        (number) => ({ grantToken: benchToken(number).grantToken }),
        (number) => zohoToken({ grantToken: benchToken(number).grantToken, clientId: CLIENT_ID, clientSecret: "secret" }),
      ],
    ];
    for (const [field, query, asked] of fields) {
      const [ourNext, theirNext] = [cycle(count), cycle(count)];
      comparisons.push({
        name: `find by ${field} among ${count}`,
        against: "Zoho's FileStore (plain text, not atomic)",
        bar,
        ours: () => ours.findToken(query(ourNext())),
        theirs: () => theirs.findToken(asked(theirNext())),
        calls: 20,
      });
    }
  }
  return { comparisons, dispose: () => rm(directory, { recursive: true, force: true }) };
}

function zohoToken({ userName, clientId, clientSecret, refreshToken, grantToken, accessToken }: TokenQuery): ZohoToken {
  const token = Reflect.construct(OAuthToken, []) as ZohoToken;
  if (userName != null) token.setUserSignature(new UserSignature(userName));
  if (clientId != null) token.setClientId(clientId);
  if (clientSecret != null) token.setClientSecret(clientSecret);
  if (refreshToken != null) token.setRefreshToken(refreshToken);
  if (grantToken != null) token.setGrantToken(grantToken);
  if (accessToken != null) token.setAccessToken(accessToken);
  return token;
}

/** Its first row is written by the FileStore itself, and repeated for the others: saving 10,000 takes it very long. */
async function filledFileStore(path: string, count: number): Promise<ZohoStore> {
  const store = new FileStore(path);
  await store.saveToken(zohoToken({ ...benchToken(0), clientSecret: "secret" }));
  const [header, row] = (await readFile(path, "utf8")).split("\n") as [string, string];
  const first = benchToken(0);
  const rows = Array.from({ length: count }, (_, number) => {
    const token = benchToken(number);
    const renamed = (["userName", "refreshToken", "accessToken", "grantToken"] as const).reduce(
      (text, field) => text.replace(first[field], token[field]),
      row,
    );
    return renamed.replace(/^[^,]*/, String(number + 1));
  });
  await writeFile(path, [header, ...rows].join("\n"));
  return new FileStore(path);
}
