import type { S3Client } from '@aws-sdk/client-s3';
import { assertObjectKey, ObjectNotFound } from './store.ts';
import type { ObjectStore } from './store.ts';

export type S3StoreOptions = {
  bucket: string;
  region: string;
  /** Of a service other than AWS. */
  endpoint?: string | undefined;
  /** `https://host/bucket/key` in place of `https://bucket.host/key`; what most services other than AWS expect. */
  forcePathStyle?: boolean | undefined;
  /** Without them the SDK looks for them as it does (instance role, shared configuration). */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Put before each key, without a slash at its end. */
  prefix?: string | undefined;
  /** For one attempt at one request. */
  timeoutMs?: number | undefined;
};

const MAX_ATTEMPTS = 4;
const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * Objects in a bucket of any S3-compatible service that knows conditional writes (`If-None-Match: *`, AWS since 2024) and SHA-256
 * checksums, which the service checks on the way in and the SDK on the way out. The SDK is loaded at first use.
 */
export function createS3Store(options: S3StoreOptions): ObjectStore {
  const { bucket } = options;
  let connected: Promise<{ sdk: typeof import('@aws-sdk/client-s3'); client: S3Client }> | null = null;
  const connect = () => (connected ??= connectTo(options));
  const keyOf = (key: string): string => {
    assertObjectKey(key);
    return options.prefix === undefined ? key : `${options.prefix}/${key}`;
  };

  const put = async (key: string, bytes: Uint8Array): Promise<void> => {
    const Key = keyOf(key);
    const { sdk, client } = await connect();
    const command = new sdk.PutObjectCommand({
      Bucket: bucket,
      Key,
      Body: bytes,
      ContentLength: bytes.length,
      ContentType: 'application/octet-stream',
      ChecksumAlgorithm: 'SHA256',
      IfNoneMatch: '*',
    });
    // 412: the key is there already. (409, two writers at once, is the SDK's to retry.)
    await client.send(command).catch((error: unknown) => {
      if (statusOf(error) !== 412) throw error;
    });
  };

  const get = async (key: string): Promise<Uint8Array> => {
    const Key = keyOf(key);
    const { sdk, client } = await connect();
    try {
      const answer = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' }));
      if (answer.Body === undefined) throw new Error(`The store sent no body for ${key}`);
      return await answer.Body.transformToByteArray();
    } catch (error) {
      throw (error as Error).name === 'NoSuchKey' ? new ObjectNotFound(key) : error;
    }
  };

  return {
    name: 's3',
    put,
    get,
    delete: async (key) => {
      const Key = keyOf(key);
      const { sdk, client } = await connect();
      await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key }));
    },
    check: async () => {
      const { sdk, client } = await connect();
      await client.send(new sdk.HeadBucketCommand({ Bucket: bucket }));
    },
    close: async () => {
      if (connected !== null) (await connected).client.destroy();
    },
  };
}

async function connectTo(options: S3StoreOptions) {
  const sdk = await import('@aws-sdk/client-s3');
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const client = new sdk.S3Client({
    region: options.region,
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: Math.min(timeoutMs, 5_000),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    },
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  });
  return { sdk, client };
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
