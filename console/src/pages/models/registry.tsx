import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ModelRegistry, Promotion } from '../../../../webhooks/client/staypower-client.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Problem } from '../../components/states.tsx';
import { day, moment } from '../../format.ts';
import { useSignedIn } from '../../session/session-context.ts';
import { inWords } from '../../wording.ts';
import { BECAUSE } from './verdicts.ts';

const BY: Readonly<Record<Promotion['by'], string>> = {
  trained: 'the first that was trained',
  challenge: 'better than the champion of its day',
  promote: 'promoted by hand',
  rollback: 'taken back to',
};

/** The models on record; admins promote one, and take the champion back. */
export function Registry({
  models,
  promotions,
  shown,
  onShow,
}: ModelRegistry & { shown: string | null; onShow: (version: string) => void }) {
  const { client, may } = useSignedIn();
  const queries = useQueryClient();
  const onSuccess = () => queries.invalidateQueries();
  const promote = useMutation({ mutationFn: (version: string) => client.promoteModel(version), onSuccess });
  const rollBack = useMutation({ mutationFn: () => client.rollBackModel(), onSuccess });
  const problem = promote.error ?? rollBack.error;
  const hasOneBefore = models.some(({ role, usable }) => role === 'former' && usable);
  return (
    <>
      <Scroll label="Models">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">Role</th>
              <th scope="col">Facts up to</th>
              <th scope="col">Trained</th>
              <th scope="col">Beside the champion of its day</th>
              <th scope="col">Change</th>
            </tr>
          </thead>
          <tbody>
            {models.map(({ version, role, asOf, trainedAt, usable, verdict }) => (
              <tr key={version}>
                <th scope="row" className="nowrap">
                  {version}
                </th>
                <td className="nowrap">
                  {inWords(role)}
                  {!usable && ' (of an earlier format)'}
                </td>
                <td className="nowrap">{day(asOf)}</td>
                <td className="nowrap">{moment(trainedAt)}</td>
                <td className="nowrap">{verdict === null ? 'not compared' : BECAUSE[verdict.because]}</td>
                <td>
                  <span className="actions">
                    <button type="button" aria-pressed={version === shown} onClick={() => onShow(version)}>
                      Show
                    </button>
                    {may('admin') && role !== 'champion' && usable && (
                      <ConfirmButton
                        label="Promote"
                        question={`The next run scores everybody with ${version}, whatever its verdict.`}
                        onConfirm={() => promote.mutate(version)}
                      />
                    )}
                    {may('admin') && role === 'champion' && hasOneBefore && (
                      <ConfirmButton
                        label="Take back"
                        question={`The champion before ${version} scores again. ${version} is not promoted by itself any more.`}
                        onConfirm={() => rollBack.mutate()}
                      />
                    )}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <Problem error={problem} />
      {promotions.length > 0 && (
        <>
          <h3>Changes of champion</h3>
          <ul>
            {promotions.map(({ at, version, by }) => (
              <li key={`${at} ${version}`}>
                {moment(at)}: {version}, {BY[by]}
                {by === 'rollback' && ' it'}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
