import { createHash, createHmac, type Hmac, type Hash as NodeHash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { SignatureScope } from '../../../lambda/network/aws-signature.ts';

/** Node's SHA-256 in the form in which AWS's own signer asks for it. */
class Sha256 {
  private readonly hash: NodeHash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array | string {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** AWS's own signer, without the header that holds a digest of the body. */
export function awsSigner(scope: SignatureScope): SignatureV4 {
  return new SignatureV4({ ...scope, sha256: Sha256, applyChecksum: false });
}
