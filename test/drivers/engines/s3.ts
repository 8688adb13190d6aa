import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { AwsClient } from "aws4fetch";
import S3rver from "s3rver";
import type { Middleware } from "s3rver";
import s3Driver from "unstorage/drivers/s3";
import { KeyedQueue } from "../../../src/keyed-queue.ts";
import { readFiles } from "../../support/read-files.ts";
import type { StartedEngine } from "../place.ts";

/** The server's own. */
const KEY = "S3RVER";
const REGION = "us-east-1";

export async function start(): Promise<StartedEngine> {
  const directory = await mkdtemp(join(tmpdir(), "ets-s3-"));
  const server = new S3rver({ directory, address: "127.0.0.1", port: 0, silent: true });
  server.middleware.unshift(oneAtATime());
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  const aws = new AwsClient({ service: "s3", accessKeyId: KEY, secretAccessKey: KEY, region: REGION });
  const driverOf = (bucket: string, accessKeyId = KEY) => s3Driver({ bucket, endpoint, accessKeyId, secretAccessKey: KEY, region: REGION });
  const makeBucket = (bucket: string) => aws.fetch(`${endpoint}/${bucket}`, { method: "PUT" });
  let buckets = 0;
  return {
    async create() {
      const bucket = `bucket-${++buckets}`;
      await makeBucket(bucket);
      const folder = join(directory, bucket);
      return {
        driver: () => driverOf(bucket),
        dump: () => readFiles(folder),
        dispose: () => rm(folder, { recursive: true, force: true }),
      };
    },
    async unreachable() {
      await makeBucket("refused");
      return driverOf("refused", "another-key");
    },
    async stop() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Where s3rver is not like S3: it writes in place, so that a read meanwhile fails or is torn, and deletions side by
 * side fail over the folders that they empty. One request at a time has neither.
 */
function oneAtATime(): Middleware {
  const queue = new KeyedQueue();
  return (context, next) =>
    queue.run(["request"], async () => {
      await next();
      if (context.body instanceof Readable) context.body = await buffer(context.body);
    });
}
