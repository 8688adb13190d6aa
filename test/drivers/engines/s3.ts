import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsClient } from "aws4fetch";
import S3rver from "s3rver";
import s3Driver from "unstorage/drivers/s3";
import { readFiles } from "../../support/read-files.ts";
import type { StartedEngine } from "../place.ts";

/** The server's own. */
const KEY = "S3RVER";
const REGION = "us-east-1";

export async function start(): Promise<StartedEngine> {
  const directory = await mkdtemp(join(tmpdir(), "ets-s3-"));
  const server = new S3rver({ directory, address: "127.0.0.1", port: 0, silent: true });
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  const aws = new AwsClient({ service: "s3", accessKeyId: KEY, secretAccessKey: KEY, region: REGION });
  const driverOf = (bucket: string, secretAccessKey = KEY) =>
    s3Driver({ bucket, endpoint, accessKeyId: KEY, secretAccessKey, region: REGION });
  let buckets = 0;
  return {
    async create() {
      const bucket = `bucket-${++buckets}`;
      await aws.fetch(`${endpoint}/${bucket}`, { method: "PUT" });
      const folder = join(directory, bucket);
      return {
        driver: () => driverOf(bucket),
        dump: () => readFiles(folder),
        dispose: () => rm(folder, { recursive: true, force: true }),
      };
    },
    unreachable: async () => driverOf("bucket-1", "another secret"),
    async stop() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
