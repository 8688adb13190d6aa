import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };

interface LockedPackage {
  readonly license?: string;
  readonly dev?: boolean;
}
const root = fileURLToPath(new URL("..", import.meta.url));
const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, "utf8")) as { packages: Record<string, LockedPackage> };

/** Permissive licences, which ask for no more than their text beside the code. */
const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];

const licenceOf = (name: string): string | undefined => packages[`node_modules/${name}`]?.license;

it("an installation brings idb along and nothing else", () => {
  const installed = Object.entries(packages).filter(([path, { dev }]) => path !== "" && !dev);
  expect(installed.map(([path]) => path)).toEqual(["node_modules/idb"]);
  expect(Object.keys(manifest.dependencies)).toEqual(["idb"]);
});

it("what it brings along, and what it works with, may be used by anybody", () => {
  const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)];
  expect(names.filter((name) => !ALLOWED.includes(licenceOf(name) ?? "none"))).toEqual([]);
});

it("every peer is optional", () => {
  const optional = Object.entries(manifest.peerDependenciesMeta).filter(([, { optional: isOptional }]) => isOptional);
  expect(optional.map(([name]) => name)).toEqual(Object.keys(manifest.peerDependencies));
});

it("the licence is the one that the package names", () => {
  expect(manifest.license).toBe("MIT");
  expect(readFileSync(`${root}LICENSE`, "utf8")).toMatch(/^MIT License/);
});
