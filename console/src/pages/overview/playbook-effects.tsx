import type { Overview } from '../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../components/scroll.tsx';
import { Empty } from '../../components/states.tsx';
import { money, percent, whole } from '../../format.ts';

/** What each playbook has kept, with its interval; or what is missing before it can be said. */
export function PlaybookEffects({ effects, currency }: { effects: Overview['effects']; currency: string | null }) {
  if (effects.length === 0) {
    return (
      <Empty title="Not to be said yet.">
        <p>Nobody who entered a playbook has been followed to the end of the horizon.</p>
      </Empty>
    );
  }
  return (
    <Scroll label="What playbooks have kept">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Playbook</th>
            <th scope="col" className="number">
              Treated: left
            </th>
            <th scope="col" className="number">
              Held out: left
            </th>
            <th scope="col" className="number">
              Value kept, 12 months (95 % interval)
            </th>
          </tr>
        </thead>
        <tbody>
          {effects.map(({ playbook, treated, heldOut, saved }) => (
            <tr key={playbook}>
              <th scope="row">{playbook}</th>
              <td className="number">{arm(treated)}</td>
              <td className="number">{arm(heldOut)}</td>
              <td className="number">
                {saved === null
                  ? 'too few customers yet'
                  : `${money(saved.value, currency)} (${money(saved.low, currency)} to ${money(saved.high, currency)})`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function arm({ customers, left }: { customers: number; left: number }): string {
  if (customers === 0) return 'nobody';
  return `${percent(left / customers)} of ${whole(customers)}`;
}
