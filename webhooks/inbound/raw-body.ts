import type { IncomingMessage } from 'node:http';

/** A body that is not taken, and the HTTP status that says so. */
export class BodyRefused extends Error {
  readonly status: 400 | 413 | 415;
  constructor(status: 400 | 413 | 415) {
    super(`a body was refused with ${status}`);
    this.status = status;
  }
}

/**
 * Reads the body of a request as it came. One that comes in one piece is not copied: what a flood throws away is what keeps the
 * garbage collector busy.
 *
 * @param mostBytes a longer one is refused as soon as that is known
 * @throws BodyRefused with 413 for one that is too long, 415 for a compressed one (it could unfold to any size), 400 for one cut off
 */
export function readRawBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') return reject(new BodyRefused(415));
    if (Number(request.headers['content-length'] ?? 0) > mostBytes) return reject(new BodyRefused(413));
    const pieces: Buffer[] = [];
    let bytes = 0;
    const take = (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= mostBytes) pieces.push(piece);
      else {
        request.off('data', take);
        reject(new BodyRefused(413));
      }
    };
    request.on('data', take);
    request.once('end', () => {
      const [only] = pieces;
      resolve(pieces.length === 1 && only ? only : Buffer.concat(pieces));
    });
    request.once('error', () => reject(new BodyRefused(400)));
    request.once('close', () => {
      if (!request.complete) reject(new BodyRefused(400));
    });
  });
}
