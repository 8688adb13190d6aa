import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EdgeTokenStore, StoredToken } from "../../src/index.ts";
import { queriesFor } from "../conformance/fixture.ts";
import { delayedKVWorld } from "../support/delayed-kv-world.ts";
import type { DelayedKVWorld } from "../support/delayed-kv-world.ts";
import { runKVSchedules } from "../support/kv-schedules.ts";

const MINUTE = 60_000;
const ANN = { userName: "ann", clientId: "c", refreshToken: "r0", accessToken: "a0" };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => void vi.useRealTimers());

describe("Workers KV, from a location that sees an older state,", () => {
  async function savedHere(): Promise<{ world: DelayedKVWorld; here: EdgeTokenStore; there: EdgeTokenStore; ann: StoredToken }> {
    const world = delayedKVWorld();
    const [here, there] = [world.open("here"), world.open("there")];
    const ann = await world.run(here.saveToken(ANN));
    await world.wait(2 * MINUTE);
    for (const query of queriesFor({ grantToken: "none", ...ann })) await there.findToken(query);
    return { world, here, there, ann };
  }

  it("finds by an old pointer only what still has the value asked for", async () => {
    const { world, here, there, ann } = await savedHere();
    const refreshed = await world.run(here.saveToken({ id: ann.id, accessToken: "a1" }));
    // The pointer and the record are old together: an older state, but a whole one.
    expect(await there.findToken({ accessToken: "a0" })).toEqual(ann);
    expect(await there.findToken({ accessToken: "a1" })).toBeNull();
    await world.wait(2 * MINUTE);
    expect(await there.findToken({ accessToken: "a0" })).toBeNull();
    expect(await there.findToken({ accessToken: "a1" })).toEqual(refreshed);
  });

  it("finds nothing by an old pointer to a newer record", async () => {
    const { world, here, there, ann } = await savedHere();
    await world.wait(MINUTE);
    await there.findToken({ userName: "nobody" });
    const oldPointer = [...world.kv.keys()].find((key) => key.includes(":x:access:"))!;
    await world.kv.at("there").get(oldPointer);
    await world.run(here.saveToken({ id: ann.id, accessToken: "a1", userName: "anna" }));
    await world.wait(MINUTE - 2000);
    expect(await world.kv.at("there").get(oldPointer)).not.toBeNull();
    expect([null, "a0"]).toContain((await there.findToken({ accessToken: "a0" }))?.accessToken ?? null);
    await world.wait(MINUTE);
    expect(await there.findToken({ userName: "ann" })).toBeNull();
    expect(await there.findToken({ userName: "anna" })).toMatchObject({ id: ann.id });
  });

  it("leaves a fresh pointer alone whose record is not to be seen yet, and finds the token later", async () => {
    const world = delayedKVWorld();
    const [here, there] = [world.open("here"), world.open("there")];
    // A miss that is kept: the record stays unseen for a minute, the pointers may be seen before.
    expect(await there.findToken({ userName: "ann", clientId: "c" })).toBeNull();
    const ann = await world.run(here.saveToken(ANN));
    const writes = { ...world.kv.requests };
    for (let second = 0; second < 60; second += 5) {
      await world.wait(5000);
      for (const query of queriesFor({ grantToken: "none", ...ann }))
        expect([null, ann.id]).toContain((await there.findToken(query))?.id ?? null);
    }
    expect(world.kv.requests).toMatchObject({ puts: writes.puts, deletes: writes.deletes });
    await world.wait(MINUTE);
    for (const query of queriesFor(ann).slice(0, 5)) expect(await there.findToken(query)).toEqual(ann);
  });
});

it("two locations of Workers KV, in any order, find no wrong token, bring back none that the location itself deleted, and agree after a minute", async () => {
  console.log(await runKVSchedules(40));
});
