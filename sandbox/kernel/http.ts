import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import { control } from './control.ts';
import type { FullKernel } from './kernel.ts';
import type { RequestNote, VendorSandbox } from './types.ts';

const NOTE = 'sandboxNote';

/** Says of the request just answered what it was, for the log and the bill of calls. The last word counts. */
export function note(res: Response, what: RequestNote): void {
  res.locals[NOTE] = what;
}

/** A vendor's port. */
export interface ServedVendor {
  url: string;
  close(): Promise<void>;
}

/** Serves one vendor on a loopback port: raw body, faults, log, the vendor's own routes, and 501 for what it does not know. */
export async function serveVendor(kernel: FullKernel, vendor: VendorSandbox, port: number): Promise<ServedVendor> {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(express.raw({ type: () => true, limit: '200mb' }));
  app.use(control(kernel));
  app.use(logged(kernel, vendor));
  app.use(faulty(kernel, vendor));
  app.use(vendor.router);
  app.use((req: Request, res: Response) => {
    res.status(501).json({ status: 'error', message: `The sandbox does not know ${req.method} ${req.path}.` });
  });
  app.use((error: Error, req: Request, res: Response, _next: NextFunction) => {
    if (res.headersSent) return res.destroy();
    res
      .status(500)
      .json({ status: 'error', message: `The sandbox failed at ${req.method} ${req.path}: ${error.message}` });
  });
  const server = createServer(app);
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function logged(kernel: FullKernel, vendor: VendorSandbox) {
  return (req: Request, res: Response, next: NextFunction) => {
    if (req.path.startsWith('/_sandbox/')) return next();
    const startedAt = kernel.now();
    // A vendor's Date header tells the vendor's time.
    res.set('Date', startedAt.toUTCString());
    const started = performance.now();
    let responseBytes = 0;
    const { write, end } = res;
    const count = (chunk: unknown) => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) responseBytes += Buffer.byteLength(chunk);
    };
    res.write = ((...args: Parameters<typeof write>) => {
      count(args[0]);
      return write.apply(res, args);
    }) as typeof res.write;
    let done = false;
    const log = () => {
      if (done) return;
      done = true;
      const [path = '', query = ''] = req.originalUrl.split('?');
      kernel.log.add({
        vendor: vendor.name,
        at: startedAt.toISOString(),
        method: req.method,
        path,
        query,
        requestBody: Buffer.isBuffer(req.body) ? req.body.toString('utf8') : '',
        requestBytes: Buffer.isBuffer(req.body) ? req.body.length : 0,
        status: res.headersSent ? res.statusCode : 0,
        responseBytes,
        durationMs: Math.round(performance.now() - started),
        note: (res.locals[NOTE] as RequestNote | undefined) ?? { operation: 'free' },
        fault: (res.locals['sandboxFault'] as string | undefined) ?? null,
      });
    };
    // State is on disk, and the request in the log, before the caller can see the answer.
    res.end = ((...args: Parameters<typeof end>) => {
      count(args[0]);
      kernel.flush();
      const result = end.apply(res, args);
      log();
      return result;
    }) as typeof res.end;
    res.on('close', () => {
      kernel.flush();
      log();
    });
    next();
  };
}

function faulty(kernel: FullKernel, vendor: VendorSandbox) {
  return (req: Request, res: Response, next: NextFunction) => {
    if (req.path.startsWith('/_sandbox/')) return next();
    const fault = kernel.faults.hit(vendor.name, req.method, req.originalUrl, false);
    if (!fault) return next();
    res.locals['sandboxFault'] = fault.kind;
    switch (fault.kind) {
      case 'timeout':
        return undefined;
      case 'cut':
        return req.socket.destroy();
      case 'lost-reply':
        // The request is handled in full; only its answer never arrives.
        res.end = (() => {
          kernel.flush();
          req.socket.destroy();
          return res;
        }) as typeof res.end;
        return next();
      default: {
        const status = fault.kind === 'expired-token' ? 401 : (fault.status ?? 500);
        const usual = vendor.faultReply(status);
        res.status(status).set({ ...usual.headers, ...fault.headers });
        const body = fault.body ?? usual.body;
        return typeof body === 'string' ? res.send(body) : res.json(body);
      }
    }
  };
}
