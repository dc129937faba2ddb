import { Command } from 'commander';
import { requiredKeyring } from '../config/sign-in.ts';
import { sealEverythingAnew } from '../core/store/seal-anew.ts';
import { actor } from './actor.ts';
import { commandContext, type WorkspaceOptions, workspaceOptions } from './context.ts';
import { print, printJson } from './output.ts';
import { example } from './steps.ts';
import { withWorkspace } from './with-workspace.ts';

/** `staypower rotate-key` */
export function rotateKeyCommand(): Command {
  const command = workspaceOptions(
    new Command('rotate-key').description(
      'Encrypt the stored tokens with the first key of STAYPOWER_KEY, once every process has NEW,OLD; then the old one can go.',
    ),
  ).action(async (options: WorkspaceOptions) => {
    const context = await commandContext(options);
    const keyring = requiredKeyring(context.env);
    return withWorkspace(context, async (open) => {
      const { database, clock } = open.workspace;
      const { connections: resealed, webhooks } = await sealEverythingAnew(database, keyring, { clock, by: actor() });
      if (context.json) return printJson({ keyId: keyring.keyId, resealed, webhooks });
      print(
        `${resealed} ${resealed === 1 ? 'connection was' : 'connections were'} encrypted with another key; all of them open with ${keyring.keyId} now.`,
        `So were the secrets of ${webhooks} webhook ${webhooks === 1 ? 'endpoint' : 'endpoints'}.`,
        'Once every process has been started with NEW,OLD and this says 0, they can be started with the new key alone.',
      );
    });
  });
  return example(command, 'STAYPOWER_KEY=NEW,OLD staypower rotate-key');
}
