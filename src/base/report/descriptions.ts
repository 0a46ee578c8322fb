import * as v from "valibot";

/**
 * Descriptions of JSON: how to write them, and those of the values of this room. They type what verbs print, and `npm run reference` writes
 * docs/reference/schemas/ from them. The program itself imports only their types.
 */

export const listOf = <const S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.readonly());
export const optional = v.exactOptional;
export const nullable = v.nullable;
export const text = v.string();
export const number = v.number();
export const flag = v.boolean();
export const texts = listOf(text);
export const yes = v.literal(true);

/** A field that is there only if it is true. */
export const only = optional(yes);

/** One of the codes of a table. A later release may add some. */
export const code = <const Codes extends readonly string[]>(codes: Codes) =>
	v.pipe(v.picklist(codes), v.metadata({ grows: true }));

/** One of these objects, told apart by a field. A later release may add kinds. */
export const kinds = <const Kinds extends v.UnionOptions>(field: string, options: Kinds) =>
	v.pipe(v.union(options), v.metadata({ grows: field }));

/** The same fields, each of which may be absent. */
export const someOf = <const E extends v.ObjectEntries>(entries: E) =>
	Object.fromEntries(Object.entries(entries).map(([name, one]) => [name, optional(one as v.GenericSchema)])) as {
		readonly [Name in keyof E]: v.ExactOptionalSchema<E[Name], undefined>;
	};

/** An object with exactly these fields, so that a field without a description does not compile. */
export const fields = <const E extends v.ObjectEntries>(entries: E) => v.pipe(v.object(entries), v.readonly());

/** A path as text, or its bytes if it is not UTF-8. */
export const path = v.union([text, v.object({ base64: text })]);
export const paths = listOf(path);

/** Values of a sentence, by name. */
export const values = v.pipe(v.record(text, v.union([text, number])), v.readonly());
export const note = fields({ code: text, values });
export const packageRef = fields({ name: text, version: text });

/** `output` is its end if it failed; `status` is there if it cannot run. */
export const probeOutcome = fields({ command: text, ok: flag, output: text, status: optional(number) });
export const identity = fields({ name: text, uid: number, gid: number, groups: listOf(number), home: text });
