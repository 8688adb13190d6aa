/**
 * Writes the API reference (docs/api, from the doc comments) and the API reports (api/reports, one an entry point, from the
 * types that are published). Both are committed, so that a review shows what a change does to the public API.
 *
 * With --check nothing is written: it fails where a file is not what the code says, and where a public export has no doc comment.
 */
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CompilerState, Extractor, ExtractorConfig } from "@microsoft/api-extractor";
import type { ExtractorMessage, IConfigFile } from "@microsoft/api-extractor";
import { Application, DeclarationReflection, ReflectionKind } from "typedoc";
import type { ProjectReflection, TypeDocOptions } from "typedoc";
import manifest from "../package.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const REFERENCE = join(ROOT, "docs/api");
const REPORTS = join(ROOT, "api/reports");

const entryPoints = Object.entries(manifest.exports).flatMap(([name, target]) => {
  if (typeof target === "string") return [];
  const types = join(ROOT, target.types);
  const source = types.replace("/dist/", "/src/").replace(".d.ts", ".ts");
  return { name: name.replace(/^\./, manifest.name), file: name === "." ? "index" : name.slice(2), types, source };
});

/** Whose members need no comment: they are the SDKs' own (https://www.zoho.com/crm/developer/docs/sdk/server-side/) and Workers KV's. */
const DESCRIBED_ELSEWHERE = ["ZohoOAuthToken", "ZohoOAuthTokenV2", "ZohoUserSignature", "DelayedKVBinding"];
const NEEDS_COMMENT =
  ReflectionKind.Variable |
  ReflectionKind.Function |
  ReflectionKind.Class |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.Property |
  ReflectionKind.Method |
  ReflectionKind.Accessor;

/** The public exports, and their members, that have no doc comment. Shapes without a name are described by what they stand in. */
function undocumented(project: ProjectReflection): string[] {
  const found = project.getReflectionsByKind(NEEDS_COMMENT).filter((reflection) => {
    if (!(reflection instanceof DeclarationReflection)) return false;
    const { parent, overwrites, getSignature, signatures = [] } = reflection;
    if (parent?.kindOf(ReflectionKind.TypeLiteral) || DESCRIBED_ELSEWHERE.includes(parent?.name ?? "")) return false;
    // Such as the name of an error, which the platform describes.
    return !overwrites && ![reflection, getSignature, ...signatures].some((part) => part?.hasComment());
  });
  return found.map((reflection) => reflection.getFriendlyFullName());
}

/** TypeDoc keeps the class of an error in `@throws {Class}` to itself. */
function nameErrors(project: ProjectReflection): void {
  for (const { comment } of Object.values(project.reflections)) {
    for (const tag of comment?.blockTags ?? []) {
      const name = tag.tag === "@throws" ? /^\{(\w+)\}$/.exec(tag.typeAnnotation ?? "")?.[1] : undefined;
      if (name) tag.content.unshift({ kind: "code", text: `\`${name}\`` }, { kind: "text", text: " " });
    }
  }
}

async function writeReference(out: string): Promise<void> {
  const options: Partial<TypeDocOptions> & Record<string, unknown> = {
    name: manifest.name,
    entryPoints: entryPoints.map(({ source }) => source),
    tsconfig: join(ROOT, "tsconfig.json"),
    plugin: ["typedoc-plugin-markdown"],
    outputs: [{ name: "markdown", path: out }],
    readme: "none",
    excludeInternal: true,
    preservedTypeAnnotationTags: ["@throws"],
    // What Error and the like bring along.
    excludeExternals: true,
    disableSources: true,
    hideGenerator: true,
    validation: { notExported: false, invalidLink: true, notDocumented: false },
    logLevel: "Warn",
    // Of typedoc-plugin-markdown: one page an entry point.
    outputFileStrategy: "modules",
    entryFileName: "README",
    hidePageHeader: true,
    useCodeBlocks: true,
    expandObjects: true,
    indexFormat: "table",
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
    typeAliasPropertiesFormat: "table",
    typeDeclarationFormat: "table",
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (!project) throw new Error("TypeDoc could not read the sources: see above.");
  app.validate(project);
  const bare = undocumented(project);
  if (bare.length > 0 || app.logger.hasErrors() || app.logger.hasWarnings()) {
    throw new Error(["The doc comments need mending.", ...bare.map((name) => `Without a comment: ${name}`)].join("\n"));
  }
  nameErrors(project);
  await app.generateOutputs(project);
}

const quiet = (message: ExtractorMessage): void => {
  message.handled = true;
};

async function writeReports(out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  const compilerOptions = {
    target: "es2022",
    module: "nodenext",
    lib: ["es2023", "dom", "dom.iterable", "esnext.disposable"],
    types: ["node"],
  };
  const overrideTsconfig = { compilerOptions, files: entryPoints.map(({ types }) => types) };
  const configs = entryPoints.map(({ file, types }) => {
    const configObject: IConfigFile = {
      projectFolder: ROOT,
      mainEntryPointFilePath: types,
      compiler: { overrideTsconfig },
      apiReport: { enabled: true, includeForgottenExports: true, reportFileName: file, reportFolder: out, reportTempFolder: `${out}/temp` },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: "lf",
    };
    return ExtractorConfig.prepare({ configObject, configObjectFullPath: undefined, packageJsonFullPath: join(ROOT, "package.json") });
  });
  // One program for all: to make it is what takes the time.
  const compilerState = CompilerState.create(configs[0]!);
  for (const config of configs) Extractor.invoke(config, { localBuild: true, compilerState, messageCallback: quiet });
  await rm(`${out}/temp`, { recursive: true, force: true });
}

/** The text of each file in the folder, by its name. */
async function texts(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(paths.sort().map(async (path) => [relative(folder, path), await readFile(path, "utf8")] as const)));
}

/** The files that are not the same in both folders. */
async function differences(is: string, should: string): Promise<string[]> {
  const [ours, theirs] = await Promise.all([texts(is), texts(should)]);
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  return [...names].filter((name) => ours.get(name) !== theirs.get(name)).map((name) => relative(ROOT, join(is, name)));
}

const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;
if (check) {
  const scratch = await mkdtemp(join(tmpdir(), "ets-api-"));
  try {
    await writeReference(join(scratch, "reference"));
    await writeReports(join(scratch, "reports"));
    const stale = [
      ...(await differences(REFERENCE, join(scratch, "reference"))),
      ...(await differences(REPORTS, join(scratch, "reports"))),
    ];
    if (stale.length > 0) {
      console.error(`The public API is not what these files say. Run npm run docs, and look at what has changed:\n${stale.join("\n")}`);
      process.exitCode = 1;
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
} else {
  await writeReference(REFERENCE);
  await writeReports(REPORTS);
}
