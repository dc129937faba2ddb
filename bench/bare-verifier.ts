/**
 * The least that a receiver of HubSpot's webhooks does: a plain Express handler that verifies signature version 3 and answers. The
 * yardstick of `bench ingest`, in a process of its own.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';

const secret = process.env['SECRET'] ?? '';
const application = express();
application.post('/webhooks/hubspot/hubspot', express.raw({ type: () => true, limit: '1mb' }), (req, res) => {
  const timestamp = req.header('x-hubspot-request-timestamp') ?? '';
  const expected = createHmac('sha256', secret)
    .update(`POST${req.protocol}://${req.headers.host}${req.originalUrl}`)
    .update(req.body as Buffer)
    .update(timestamp)
    .digest();
  const given = Buffer.from(req.header('x-hubspot-signature-v3') ?? '', 'base64');
  const genuine = given.length === expected.length && timingSafeEqual(given, expected);
  res.status(genuine ? 200 : 401).end();
});
const server = application.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })}\n`);
});
