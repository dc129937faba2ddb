import { type PGlite, protocol, types } from '@electric-sql/pglite';
import type { Sql } from '../../ports/database.ts';

/** Statements that are kept prepared; the one that was not used for longest goes first. */
const MOST_KEPT = 500;
/**
 * A statement is prepared anew after so many uses: PostgreSQL settles on a plan after five, and the embedded one, which never analyses by
 * itself, would keep what it chose while the tables were still small. After twice as many each time, since tables grow ever slower.
 */
const USES = { first: 100, most: 1_600 };

/** Statements whose columns follow from their text. Of a FETCH they follow from the cursor, which may be another one the next time. */
const LASTING = /^\s*(select|insert|update|delete|with|commit|rollback)\b/i;

interface Prepared {
  name: string;
  uses: number;
  /** How many it is good for. */
  mostUses: number;
  parameterTypes: readonly number[];
  /** Of the columns that come back; none for a statement without rows. */
  columns: readonly { name: string; type: number }[];
}

/**
 * Queries of the embedded store, prepared once and then bound and executed in a single message: a fifth of the time of `PGlite.query`,
 * which has each parsed, planned and described again in six messages. One at a time: the caller sees to that.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export function preparedQueries(pg: PGlite): Sql & { begin: () => void } {
  const kept = new Map<string, Prepared>();
  let prepared = 0;
  /** What goes in front of the next query. */
  let opening: readonly Uint8Array[] = [];

  const send = (...messages: Uint8Array[]) => pg.execProtocolStream(Buffer.concat(messages), { syncToFs: false });

  const prepare = async (text: string, mostUses: number): Promise<Prepared> => {
    prepared += 1;
    const statement: Prepared = { name: `s${prepared}`, uses: 0, mostUses, parameterTypes: [], columns: [] };
    const told = await send(
      protocol.serialize.parse({ name: statement.name, text }),
      protocol.serialize.describe({ type: 'S', name: statement.name }),
      protocol.serialize.sync(),
    );
    for (const message of told) {
      if ('dataTypeIDs' in message) statement.parameterTypes = message.dataTypeIDs as number[];
      else if (message.name === 'rowDescription' && 'fields' in message) {
        const fields = message.fields as { name: string; dataTypeID: number }[];
        statement.columns = fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID }));
      }
    }
    return statement;
  };

  const statementOf = async (text: string): Promise<Prepared> => {
    const known = kept.get(text);
    kept.delete(text);
    const [oldest] = kept.size < MOST_KEPT ? [] : kept;
    if (oldest) {
      kept.delete(oldest[0]);
      await forget(oldest[1]);
    }
    const lasts = known !== undefined && known.uses < known.mostUses && LASTING.test(text);
    if (known && !lasts) await forget(known);
    const mostUses = known ? Math.min(2 * known.mostUses, USES.most) : USES.first;
    const statement = lasts ? known : await prepare(text, mostUses);
    kept.set(text, statement);
    statement.uses += 1;
    return statement;
  };

  const forget = ({ name }: Pick<Prepared, 'name'>) =>
    send(protocol.serialize.close({ type: 'S', name }), protocol.serialize.sync());

  return {
    /** Begins a transaction with the next query, in one message with it. */
    begin: () => {
      opening = [
        protocol.serialize.parse({ text: 'begin' }),
        protocol.serialize.bind(),
        protocol.serialize.execute({}),
      ];
    },
    query: async <Row extends object>(text: string, parameters: readonly unknown[] = []) => {
      const { name, parameterTypes, columns } = await statementOf(text);
      const values = parameters.map((value, index) => asText(pg, value, parameterTypes[index]));
      const before = opening;
      opening = [];
      const told = await send(
        ...before,
        protocol.serialize.bind({ statement: name, values }),
        protocol.serialize.execute({}),
        protocol.serialize.sync(),
      ).catch(async (error: unknown) => {
        // It may be the statement itself: a table has other columns by now.
        kept.delete(text);
        await forget({ name });
        throw error;
      });
      const rows: Row[] = [];
      for (const message of told) {
        if (message.name !== 'dataRow' || !('fields' in message)) continue;
        const fields = message.fields as (string | null)[];
        const row = columns.map((column, index) => [
          column.name,
          types.parseType(fields[index] ?? null, column.type, pg.parsers),
        ]);
        rows.push(Object.fromEntries(row) as Row);
      }
      return rows;
    },
  };
}

/** A parameter as PostgreSQL reads it. Types without a serialiser of their own are said as JavaScript says them. */
function asText(pg: PGlite, value: unknown, type: number | undefined): string | null {
  if (value === null || value === undefined) return null;
  const serialise = type === undefined ? undefined : pg.serializers[type];
  return serialise ? serialise(value) : String(value);
}
