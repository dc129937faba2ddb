import type { MappingReport } from '../../../../../webhooks/client/staypower-client.ts';
import { Scroll } from '../../../components/scroll.tsx';
import { NONE, whole } from '../../../format.ts';

/** What could be purchases, through which stages they go, and some records as they would be read. */
export function MappingFound({ report: { purchases, stages, previews, problems } }: { report: MappingReport }) {
  return (
    <>
      <ul>
        {purchases.map(({ what, count, isRead }) => (
          <li key={what}>
            {whole(count)} {what}: {isRead ? 'read as purchases' : 'not read'}.
          </li>
        ))}
      </ul>
      {problems.length > 0 && (
        <ul className="remarks">
          {problems.map(({ path, expected, found, remedy }) => (
            <li key={path}>
              {path}: expected {expected}
              {found !== undefined && `, found ${found}`}. {remedy}
            </li>
          ))}
        </ul>
      )}
      {stages.length > 0 && (
        <details>
          <summary>Stages of sales ({stages.length})</summary>
          <Scroll label="Stages">
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">Stage</th>
                  <th scope="col" className="number">
                    Records
                  </th>
                  <th scope="col">Counts as won</th>
                  <th scope="col">Read</th>
                </tr>
              </thead>
              <tbody>
                {stages.map(({ id, label, count, isWon, isRead }) => (
                  <tr key={id}>
                    <th scope="row">{label}</th>
                    <td className="number">{whole(count)}</td>
                    <td>{isWon ? 'yes' : 'no'}</td>
                    <td>{isRead ? 'yes' : 'no'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </details>
      )}
      {previews
        .filter(({ fields, rows }) => fields.length > 0 && rows.length > 0)
        .map(({ object, fields, rows }) => (
          <details key={object}>
            <summary>
              {rows.length} records of {object}, as they are read
            </summary>
            <Scroll label={`Records of ${object}`}>
              <table className="plain">
                <thead>
                  <tr>
                    {fields.map((field) => (
                      <th scope="col" key={field}>
                        {field}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: rows are masked, so that nothing else tells them apart.
                    <tr key={index}>
                      {fields.map((field, column) => (
                        <td key={field} className="nowrap">
                          {row[column] || NONE}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          </details>
        ))}
    </>
  );
}
