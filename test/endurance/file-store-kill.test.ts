import { createStorage } from "unstorage";
import { expect, it } from "vitest";
import { atomicFsDriver } from "../../src/backends/unstorage/atomic-fs/index.ts";
import { createUnstorageTokenStore } from "../../src/backends/unstorage/index.ts";
import { CLIENT, userOf, WRITER_SECRET } from "../support/accounts.ts";
import { saveInProcess } from "../support/saving-processes.ts";
import type { Saved } from "../support/saving-processes.ts";
import { temporaryDirectory, temporaryFiles } from "../support/temporary-directory.ts";

const ROUNDS = 70;
/** Killed in each round, beside one another. */
const VICTIMS = 3;
/** In some rounds one goes on beside them, over their locks. */
const SURVIVOR_EVERY = 7;
const SURVIVOR_SAVES = 8;
const ACCOUNTS = 3;
const LATEST_KILL_MS = 150;

it("keeps every acknowledged save through a kill of its process or of others, and passes their locks on", async () => {
  const base = await temporaryDirectory();
  const saving = { engine: "fs", target: base, accounts: ACCOUNTS, cache: await temporaryDirectory() } as const;
  const counts = { kills: 0, acknowledged: 0, lost: 0, corrupt: 0, orphans: 0 };
  const latest = new Map<number, Saved>();
  for (let round = 0; round < ROUNDS; round++) {
    const victims = Array.from({ length: VICTIMS }, () => saveInProcess(saving, Number.MAX_SAFE_INTEGER, Math.random() * LATEST_KILL_MS));
    const survivors = round % SURVIVOR_EVERY === 0 ? [saveInProcess(saving, SURVIVOR_SAVES)] : [];
    const saved = (await Promise.all([...victims, ...survivors])).flat();
    counts.kills += VICTIMS;
    counts.acknowledged += saved.length;
    // No version twice: no two saves were made over one.
    expect(new Set(saved.map(({ account, version }) => `${account} ${version}`)).size).toBe(saved.length);
    for (const save of saved) if (save.version > (latest.get(save.account)?.version ?? 0)) latest.set(save.account, save);
    counts.orphans += (await temporaryFiles(base)).length;

    const store = createUnstorageTokenStore(createStorage({ driver: atomicFsDriver({ base }) }), { secret: WRITER_SECRET });
    for await (const _token of store.tokens({ onCorrupt: () => void counts.corrupt++ }));
    for (const { account, version, accessToken } of latest.values()) {
      const found = await store.findToken({ userName: userOf(account), clientId: CLIENT });
      // Saves that were under way when their processes were killed may have come through.
      if (!found || found.version < version || (found.version === version && found.accessToken !== accessToken)) counts.lost++;
      expect((await store.findToken({ accessToken: found?.accessToken ?? "" }))?.id ?? found?.id).toBe(found?.id);
    }
    expect(await store.getTokens()).toHaveLength(latest.size);
    expect(await temporaryFiles(base)).toEqual([]);
  }
  console.log(
    `file store: ${counts.kills} kills, ${counts.acknowledged} acknowledged saves, ${counts.lost} lost, ${counts.corrupt} corrupt, ` +
      `${counts.orphans} files left behind and all swept`,
  );
  expect(counts).toMatchObject({ kills: ROUNDS * VICTIMS, lost: 0, corrupt: 0 });
  expect(counts.orphans).toBeGreaterThan(0);
});
