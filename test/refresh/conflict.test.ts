import { describe, expect, it } from "vitest";
import type { StoredToken } from "../../src/index.ts";
import { prevails } from "../../src/refresh/conflict.ts";

const used: StoredToken = { id: "1", refreshToken: "r", accessToken: "a", expiresAt: 1000, createdAt: 1, updatedAt: 1, version: 3 };
const grant = { accessToken: "b", expiresAt: 2000 };

describe("a token that somebody else saved during a refresh", () => {
  it.each<[string, Partial<StoredToken>, object, boolean]>([
    ["prevails where it belongs to another log-in", { createdAt: 2, version: 3 }, {}, true],
    ["prevails with another refresh token", { refreshToken: "r2" }, { refreshToken: "r3" }, true],
    ["prevails with a later expiry", { accessToken: "c", expiresAt: 3000 }, {}, true],
    ["prevails where it never expires", { accessToken: "c", expiresAt: undefined as never }, {}, true],
    ["gives way to a grant that never expires", { accessToken: "c", expiresAt: 3000 }, { expiresAt: undefined }, false],
    ["gives way with an earlier expiry", { accessToken: "c", expiresAt: 1500 }, {}, false],
    ["gives way where only something else was changed", { scope: "s" }, {}, false],
    ["gives way where it has the refresh token that is spent", { accessToken: "c", expiresAt: 3000 }, { refreshToken: "r2" }, false],
    ["gives way where it is the very grant", { accessToken: "b", refreshToken: "r2" }, { refreshToken: "r2" }, false],
    ["gives way where it is a stale sight of an older one", { version: 2, refreshToken: "r0" }, {}, false],
  ])("%s", (_name, change, granted, expected) => {
    expect(prevails({ ...used, version: 4, ...change }, used, { ...grant, ...granted }, true)).toBe(expected);
  });

  it("of a lower version is another log-in where the storage shows the latest, unless its refresh token is known", () => {
    const login = { ...used, version: 1, refreshToken: "of-another-log-in" };
    expect(prevails(login, used, grant, false)).toBe(true);
    expect(prevails(login, used, grant, true)).toBe(false);
    expect(prevails({ ...login, refreshToken: "r" }, used, grant, false)).toBe(false);
  });
});
