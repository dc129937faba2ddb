import { ConfigError, type ConfigProblem } from '../domain/errors.ts';
import type { Connector } from '../ports/connector.ts';
import type { Playbook } from './schema.ts';

/**
 * Refuses playbooks whose steps nobody could perform: they would wait for ever without a word.
 *
 * @throws ConfigError naming every such step
 */
export function assertPerformable(playbooks: readonly Playbook[], connectors: readonly Connector[]): void {
  const problems = playbooks.flatMap((playbook, at) =>
    playbook.steps.flatMap((step, index): ConfigProblem[] => {
      if (!('connection' in step)) return [];
      const connector = connectors.find(({ connectionId }) => connectionId === step.connection);
      if (connector?.actions?.kinds.includes(step.do)) return [];
      const able = connectors.filter(({ actions }) => actions?.kinds.includes(step.do));
      return [
        {
          path: `playbooks[${at}].steps[${index}].connection`,
          expected: `a connection that can do "${step.do}"`,
          found: connector ? `${step.connection} (${connector.vendor})` : step.connection,
          remedy:
            able.length > 0
              ? `Set it to ${able.map(({ connectionId }) => connectionId).join(' or ')}.`
              : 'Connect a vendor that can, or leave the step out.',
        },
      ];
    }),
  );
  if (problems.length > 0) throw new ConfigError(problems);
}
