import { Router } from 'express';
import { note } from '../kernel/http.ts';
import { HubSpotError } from './errors.ts';
import type { Portal } from './portal.ts';
import { answering, bodyOf, param, VERSION } from './routing.ts';

/** The user with a Sales Hub seat; any other has none. */
const SEATED_USER = '1000';

/** Enrolment of a contact in a sequence: one sequence at a time, only for a user with a seat. */
export function sequenceRoutes(portal: Portal): Router {
  const router = Router();
  const enrolments = portal.kernel.table<{
    id: string;
    contactId: string;
    sequenceId: string;
    toEmail: string;
    enrolledAt: string;
    updatedAt: string;
  }>('hubspot.enrolments');
  const base = [`/automation/sequences/${VERSION}/enrollments`, `/automation/${VERSION}/sequences/enrollments`];
  router.post(
    base,
    answering((req, res) => {
      const body = bodyOf(req);
      if (req.query['userId'] === undefined)
        throw new HubSpotError(400, 'VALIDATION_ERROR', 'query param userId may not be null');
      if (req.query['userId'] !== SEATED_USER) {
        throw new HubSpotError(
          403,
          'MISSING_SCOPES',
          'The user does not have a Sales or Service Hub seat that includes sequences.',
        );
      }
      const contact = portal.find('contacts', String(body['contactId']));
      if (!contact) throw new HubSpotError(404, 'OBJECT_NOT_FOUND', 'contact not found');
      if (enrolments.get(contact.id))
        throw new HubSpotError(400, 'VALIDATION_ERROR', 'Contact is already enrolled in a sequence (ALREADY_ENROLLED)');
      const at = portal.kernel.now().toISOString();
      const enrolment = {
        id: String(portal.kernel.nextNumber('hubspot.enrolments')),
        contactId: contact.id,
        sequenceId: String(body['sequenceId']),
        toEmail: contact.properties['email'] ?? '',
        enrolledAt: at,
        updatedAt: at,
      };
      enrolments.set(contact.id, enrolment);
      note(res, { operation: 'action', object: 'enrollments', ids: [enrolment.id] });
      res.json({ id: enrolment.id, toEmail: enrolment.toEmail, enrolledAt: at, updatedAt: at });
    }),
  );
  router.get(
    base.map((path) => `${path}/contact/:contactId`),
    answering((req, res) => {
      const enrolment = enrolments.get(param(req, 'contactId'));
      note(res, { operation: 'read-back' });
      if (!enrolment) throw new HubSpotError(404, 'OBJECT_NOT_FOUND', 'no enrollment found for the contact');
      res.json({
        id: enrolment.id,
        toEmail: enrolment.toEmail,
        enrolledAt: enrolment.enrolledAt,
        updatedAt: enrolment.updatedAt,
        sequenceId: enrolment.sequenceId,
      });
    }),
  );
  return router;
}
