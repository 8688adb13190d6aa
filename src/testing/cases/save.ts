import type { TokenInput } from "../../index.ts";
import type { CaseList } from "../case-list.ts";
import { objectWith } from "../equality.ts";
import { expect, expectCode } from "../expect.ts";
import { manualClock } from "../manual-clock.ts";

const ANN: TokenInput = Object.freeze({
  userName: "ann",
  clientId: "client-1",
  refreshToken: "refresh",
  accessToken: "access",
  expiresAt: 1_800_000_000_000,
});

/** Matching, merging, adoption and versions. */
export function saveCases({ group }: CaseList): void {
  group("save", (it) => {
    const matched: [string, TokenInput][] = [
      ["id", { accessToken: "new" }],
      ["account", { userName: "ann", clientId: "client-1", accessToken: "new" }],
      ["user", { userName: "ann", accessToken: "new" }],
      ["refresh token", { refreshToken: "refresh", clientId: "client-1", accessToken: "new" }],
    ];
    for (const [rule, patch] of matched)
      it(`updates the token that it matches by ${rule}`, async ({ open }) => {
        const store = open();
        const saved = await store.saveToken(ANN);
        const updated = await store.saveToken(rule === "id" ? { ...patch, id: saved.id } : patch);
        expect(updated).toMatchObject({ userName: "ann", clientId: "client-1", refreshToken: "refresh", accessToken: "new" });
        expect(updated).toMatchObject({ id: saved.id, version: 2 });
        expect(await store.getTokens()).toEqual([updated]);
      });

    it("updates by access token, and by grant token", async ({ open }) => {
      const store = open();
      const saved = await store.saveToken({ ...ANN, grantToken: "grant" });
      await store.saveToken({ accessToken: "access", scope: "scope-1" });
      await store.saveToken({ grantToken: "grant", clientId: "client-1", apiDomain: "https://api.example" });
      expect(await store.getTokens()).toEqual([
        objectWith({ id: saved.id, scope: "scope-1", apiDomain: "https://api.example", version: 3 }),
      ]);
    });

    it("keeps what is undefined, clears what is null, replaces by a value", async ({ open }) => {
      const store = open();
      const saved = await store.saveToken({ ...ANN, scope: "one", tokenType: "Bearer" });
      const updated = await store.saveToken({ id: saved.id, scope: null, tokenType: undefined, apiDomain: "https://api.example" });
      expect(updated).not.toHaveProperty("scope");
      expect(updated).toMatchObject({ tokenType: "Bearer", apiDomain: "https://api.example", refreshToken: "refresh" });
      expect(await store.findTokenById(saved.id)).toEqual(updated);
    });

    it("keeps the refresh token over a response that brings none", async ({ open }) => {
      const store = open();
      const { id } = await store.saveToken(ANN);
      await store.saveToken({ id, accessToken: "access-2", expiresAt: 1_900_000_000_000 });
      expect(await store.findToken({ refreshToken: "refresh" })).toMatchObject({ accessToken: "access-2", expiresAt: 1_900_000_000_000 });
    });

    it("clears the old expiry where a new access token brings none", async ({ open }) => {
      const store = open();
      const { id } = await store.saveToken(ANN);
      expect(await store.saveToken({ id, accessToken: "access-2" })).not.toHaveProperty("expiresAt");
      const withExpiry = await store.saveToken({ id, accessToken: "access-2", expiresAt: 5 });
      expect(await store.saveToken({ id, accessToken: "access-2", scope: "s" })).toMatchObject({ expiresAt: withExpiry.expiresAt });
    });

    it("finds by the new values and no more by the old ones", async ({ open }) => {
      const store = open();
      const saved = await store.saveToken({ ...ANN, grantToken: "grant" });
      const next = { userName: "anna", clientId: "client-9", accessToken: "access-9", refreshToken: "refresh-9", grantToken: "grant-9" };
      const updated = await store.saveToken({ id: saved.id, ...next });
      for (const query of [
        { userName: "anna" },
        { userName: "anna", clientId: "client-9" },
        { accessToken: "access-9" },
        { refreshToken: "refresh-9" },
        { grantToken: "grant-9" },
      ]) {
        expect(await store.findToken(query)).toEqual(updated);
      }
      for (const query of [
        { userName: "ann" },
        { userName: "ann", clientId: "client-1" },
        { userName: "anna", clientId: "client-1" },
        { accessToken: "access" },
        { refreshToken: "refresh" },
        { grantToken: "grant" },
      ]) {
        expect(await store.findToken(query)).toBeNull();
      }
    });

    it("gives a new token to the old name of a user who was renamed", async ({ open }) => {
      const store = open();
      const renamed = await store.saveToken(ANN);
      await store.saveToken({ id: renamed.id, userName: "anna" });
      const fresh = await store.saveToken({ ...ANN, refreshToken: "refresh-2", accessToken: "access-2" });
      expect(fresh.id).not.toBe(renamed.id);
      expect(await store.findToken({ userName: "ann", clientId: "client-1" })).toEqual(fresh);
      expect(await store.findToken({ userName: "anna", clientId: "client-1" })).toMatchObject({ id: renamed.id });
      expect(await store.saveToken({ ...ANN, accessToken: "access-3" })).toMatchObject({ id: fresh.id, version: 2 });
    });

    it("gives a user's record without a client to the first client that saves", async ({ open }) => {
      const store = open();
      const saved = await store.saveToken({ userName: "ann", refreshToken: "r" });
      const updated = await store.saveToken({ userName: "ann", clientId: "client-1", accessToken: "a" });
      expect(updated).toMatchObject({ id: saved.id, clientId: "client-1", refreshToken: "r" });
      const other = await store.saveToken({ userName: "ann", clientId: "client-2", accessToken: "b" });
      expect(other.id).not.toBe(saved.id);
      expect(await store.findToken({ userName: "ann", clientId: "client-1" })).toEqual(updated);
    });

    const nameless: [string, TokenInput][] = [
      ["refresh token", { refreshToken: "refresh", clientId: "client-1" }],
      ["refresh token without a client", { refreshToken: "refresh" }],
      ["grant token", { grantToken: "grant", clientId: "client-1" }],
    ];
    for (const [rule, stored] of nameless)
      it(`adopts for a new user the record that is stored under its ${rule}`, async ({ open }) => {
        const store = open();
        const saved = await store.saveToken(stored);
        const adopted = await store.saveToken({ ...stored, clientId: "client-1", userName: "ann", accessToken: "access" });
        expect(adopted).toMatchObject({ id: saved.id, userName: "ann", clientId: "client-1", version: 2 });
        expect(await store.getTokens()).toEqual([adopted]);
        expect(await store.findToken({ userName: "ann", clientId: "client-1" })).toEqual(adopted);
      });

    it("adopts neither another user's record nor another client's", async ({ open }) => {
      const store = open();
      await store.saveToken({ userName: "ben", clientId: "client-1", refreshToken: "refresh" });
      await store.saveToken({ clientId: "client-2", grantToken: "grant" });
      const ann = await store.saveToken({ ...ANN, grantToken: "grant" });
      expect(await store.getTokens()).toHaveLength(3);
      expect(await store.findToken({ userName: "ben", clientId: "client-1" })).not.toMatchObject({ id: ann.id });
    });

    it.needing("extended", "options")("writes nothing where nothing changes", async ({ open }) => {
      const clock = manualClock();
      const store = open({ now: clock.now });
      const events: unknown[] = [];
      const saved = await store.saveToken(ANN);
      store.subscribe((event) => events.push(event));
      clock.advance(1000);
      expect(await store.saveToken(ANN)).toEqual(saved);
      expect(await store.saveToken({ ...saved })).toEqual(saved);
      expect(await store.saveToken({ id: saved.id })).toEqual(saved);
      expect(await store.saveToken({ id: saved.id, scope: null })).toEqual(saved);
      expect(await store.findTokenById(saved.id)).toEqual(saved);
      expect(events).toEqual([]);
    });

    it.needing("options")("counts versions and keeps the times of the first and the last save", async ({ open }) => {
      const clock = manualClock(5_000);
      const store = open({ now: clock.now });
      const saved = await store.saveToken(ANN);
      expect(saved).toMatchObject({ createdAt: 5_000, updatedAt: 5_000, version: 1 });
      clock.advance(250);
      expect(await store.saveToken({ id: saved.id, scope: "s" })).toMatchObject({ createdAt: 5_000, updatedAt: 5_250, version: 2 });
    });

    it.needing("extended")("stores a new token under an id of the caller's, and several for one account", async ({ open }) => {
      const store = open();
      const first = await store.saveToken({ ...ANN, id: "tenant-42" });
      const second = await store.saveToken({ ...ANN, id: "tenant-43", accessToken: "b" });
      expect([first.id, second.id]).toEqual(["tenant-42", "tenant-43"]);
      expect(await store.findTokenById("tenant-42")).toEqual(first);
      expect(await store.findTokenById("tenant-43")).toEqual(second);
      expect(await store.findTokens({ userName: "ann" })).toHaveLength(2);
    });

    it("derives the same id for the same new token each time, and another for another", async ({ open }) => {
      const store = open();
      for (const token of [
        { userName: "ann", clientId: "client-1", accessToken: "a" },
        { userName: "ann", clientId: "client-2", accessToken: "b" },
        { userName: "ben", accessToken: "c" },
        { grantToken: "grant" },
        { refreshToken: "grant" },
        { accessToken: "grant" },
        { accessToken: "grant", clientId: "client-1" },
      ]) {
        const { id } = await store.saveToken(token);
        await store.deleteToken(id);
        expect((await store.saveToken(token)).id).toBe(id);
        expect((await store.saveToken(token)).version).toBe(1);
      }
      expect(await store.getTokens()).toHaveLength(7);
    });

    it("leaves one record of a token that no rule matches, saved twice", async ({ open }) => {
      const store = open();
      await store.saveToken({ clientId: "client-1", accessToken: "a" });
      await store.saveToken({ clientId: "client-1", accessToken: "a", scope: "s" });
      expect(await store.getTokens()).toEqual([objectWith({ scope: "s", version: 2 })]);
    });

    it.needing("maintained")("keeps no id, token or name of a saved token in a derived id", async ({ open }) => {
      const store = open();
      const { id } = await store.saveToken(ANN);
      expect(/^[0-9a-f]{32}$/.test(id)).toBe(true);
    });

    it("refuses a token with nothing to save", async ({ open }) => {
      const store = open();
      await expectCode(store.saveToken({ userName: "ann", clientId: "client-1" }), "ERR_TOKEN_INVALID");
      await expectCode(store.saveToken({ id: "x", scope: "s" }), "ERR_TOKEN_INVALID");
      await expectCode(store.saveToken({}), "ERR_TOKEN_INVALID");
      await expectCode(store.saveToken({ userName: "ann", accessToken: null }), "ERR_TOKEN_INVALID");
      const saved = await store.saveToken({ userName: "ann", accessToken: "a" });
      await expectCode(store.saveToken({ id: saved.id, accessToken: null }), "ERR_TOKEN_INVALID");
      expect(await store.getTokens()).toEqual([saved]);
    });

    it("saves over the version named, and over no other", async ({ open }) => {
      const store = open();
      const first = await store.saveToken(ANN);
      const second = await store.saveToken({ id: first.id, accessToken: "b" }, { ifVersion: first.version });
      await expectCode(store.saveToken({ id: first.id, accessToken: "c" }, { ifVersion: first.version }), "ERR_CONFLICT");
      await expectCode(store.saveToken({ ...ANN }, { ifVersion: 0 }), "ERR_CONFLICT");
      expect(await store.findTokenById(first.id)).toEqual(second);
    });

    it("does not bring a deleted token back where a version is named", async ({ open }) => {
      const store = open();
      const saved = await store.saveToken(ANN);
      await store.deleteToken(saved.id);
      await expectCode(store.saveToken({ ...saved, accessToken: "b" }, { ifVersion: saved.version }), "ERR_CONFLICT");
      const part: TokenInput = { userName: "ann", clientId: "client-1", scope: "s" };
      await expectCode(store.saveToken(part, { ifVersion: saved.version }), "ERR_CONFLICT");
      expect(await store.getTokens()).toEqual([]);
    });

    it.needing("options")(
      "tells a token that was deleted and saved anew from the one before, though both are in version 1",
      async ({ open }) => {
        let now = 1_700_000_000_000;
        const store = open({ now: () => now });
        const before = await store.saveToken(ANN);
        await store.deleteToken(before.id);
        now++;
        const { version, createdAt, id } = await store.saveToken(ANN);
        expect([id, version]).toEqual([before.id, before.version]);
        const late = store.saveToken({ id, accessToken: "b" }, { ifVersion: before.version, ifCreatedAt: before.createdAt });
        await expectCode(late, "ERR_CONFLICT");
        expect(await store.saveToken({ id, accessToken: "c" }, { ifVersion: version, ifCreatedAt: createdAt })).toMatchObject({
          version: 2,
        });
      },
    );

    it("inserts with version 0 only what is not there yet", async ({ open }) => {
      const store = open();
      expect(await store.saveToken(ANN, { ifVersion: 0 })).toMatchObject({ version: 1 });
      await expectCode(store.saveToken({ ...ANN, accessToken: "b" }, { ifVersion: 0 }), "ERR_CONFLICT");
    });

    it("updates the right token where several share a value", async ({ open }) => {
      const store = open();
      const first = await store.saveToken({ userName: "ann", clientId: "a", accessToken: "shared" });
      const second = await store.saveToken({ userName: "ben", clientId: "a", accessToken: "shared" });
      await store.saveToken({ id: first.id, accessToken: "own" });
      expect(await store.findToken({ accessToken: "shared" })).toEqual(second);
      await store.deleteToken(first.id);
      expect(await store.findToken({ accessToken: "shared" })).toEqual(second);
    });
  });
}
