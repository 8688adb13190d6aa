import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Driver } from "unstorage";
import azureStorageBlobDriver from "unstorage/drivers/azure-storage-blob";
import { BlobServiceClient } from "@azure/storage-blob";
import { freePort } from "../../support/free-port.ts";
import type { StartedEngine } from "../place.ts";

/** The emulator's own, https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key. */
const ACCOUNT = "devstoreaccount1";
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

export async function start(): Promise<StartedEngine> {
  const directory = await mkdtemp(join(tmpdir(), "ets-azure-"));
  const port = await freePort();
  const program = createRequire(import.meta.url).resolve("azurite/dist/src/blob/main.js");
  const options = ["--blobPort", String(port), "--inMemoryPersistence", "--skipApiVersionCheck", "--silent"];
  const child = spawn(process.execPath, ["--no-warnings", program, ...options], { cwd: directory, stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    let output = "";
    child.once("exit", (code) => reject(new Error(`Azurite ended with ${code}: ${output}`)));
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      if (output.includes("successfully listens")) resolve();
    });
  });
  const address = (key: string): string =>
    `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${key};BlobEndpoint=http://127.0.0.1:${port}/${ACCOUNT};`;
  const service = BlobServiceClient.fromConnectionString(address(KEY));
  const driverOf = (containerName: string, key = KEY): Driver =>
    azureStorageBlobDriver({ connectionString: address(key), containerName }) as Driver;
  let containers = 0;
  // The driver makes its container without waiting for it, so that a refusal is nobody's to catch.
  process.on("unhandledRejection", (error) => {
    if ((error as { statusCode?: unknown }).statusCode !== 403) throw error;
  });
  return {
    async create() {
      const name = `container-${++containers}`;
      await service.createContainer(name);
      return { driver: () => driverOf(name), dispose: async () => void (await service.deleteContainer(name)) };
    },
    unreachable: async () => driverOf("container-0", Buffer.from("another key").toString("base64")),
    async stop() {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
