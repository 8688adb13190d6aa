/** What the tests use of packages that only this folder has, for a type check without them. */
declare module "@azure/storage-blob" {
  export class BlobServiceClient {
    static fromConnectionString(address: string): BlobServiceClient;
    createContainer(name: string): Promise<unknown>;
    deleteContainer(name: string): Promise<unknown>;
  }
}

declare module "@electric-sql/pglite" {
  export class PGlite {
    close(): Promise<void>;
  }
}

declare module "aws4fetch" {
  export class AwsClient {
    constructor(options: { service: string; accessKeyId: string; secretAccessKey: string; region: string });
    fetch(url: string, options: { method: string }): Promise<Response>;
  }
}

declare module "s3rver" {
  interface Context {
    body: unknown;
  }
  /** Of Koa, which the server is an application of. */
  export type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>;
  export default class S3rver {
    constructor(options: { directory: string; address: string; port: number; silent: boolean });
    readonly middleware: Middleware[];
    run(): Promise<{ port: number }>;
    close(): Promise<void>;
  }
}
