import * as v from "valibot";
import { noteSchema } from "../../base/failure.ts";
import { attempt } from "../../base/host/errors.ts";
import { pathSchema as path, pathToJson } from "../../base/path/path.ts";
import type { Addition } from "../../plan/plan.ts";
import { applicationSchema, bindsSchema, rulesSchema } from "../../service/application.ts";
import type { Company } from "../../service/company.ts";
import { programToJson } from "../../trace/json.ts";
import { type Cage, unitSteps } from "../cage.ts";

/**
 * Converts a cage's description to JSON and back. Only the paths of additions, of minimised files, of state and of company are bytes;
 * everything else is text.
 */

export const schemaOfCage = "cagewright/cage/1";

export function cageToJson(cage: Cage): unknown {
	const additions = cage.additions.map((addition) =>
		"path" in addition
			? { ...addition, path: pathToJson(addition.path) }
			: "program" in addition
				? programToJson(addition)
				: addition,
	);
	const { company, minimised, stateInPlace } = cage;
	const without = minimised && { minimised: { ...minimised, paths: minimised.paths.map(pathToJson) } };
	const inPlace = stateInPlace && { stateInPlace: stateInPlace.map(pathToJson) };
	const named = company && { company: companyToJson(company) };
	return { schema: schemaOfCage, ...cage, additions, ...without, ...inPlace, ...named };
}

function companyToJson({ clientFiles, neighbours }: Company): unknown {
	return {
		neighbours: neighbours.map((one) => ({
			...one,
			path: pathToJson(one.path),
			by: pathToJson(one.by),
			name: pathToJson(one.name),
		})),
		clientFiles: clientFiles.map(pathToJson),
	};
}

const strings = v.array(v.string());
const origin = { round: v.number(), call: v.string() };

const addition = v.variant("kind", [
	v.object({ kind: v.literal("path"), path, ...origin }),
	v.object({ kind: v.literal("writable"), path, ...origin }),
	v.object({ kind: v.literal("capability"), name: v.string(), ...origin, program: v.exactOptional(path) }),
	v.object({ kind: v.literal("call"), name: v.string(), ...origin, program: v.exactOptional(path) }),
	v.object({ kind: v.literal("account"), name: v.string(), ...origin }),
	v.object({
		kind: v.literal("opening"),
		name: v.picklist(["proc", "ownProcess", "unixSockets", "netlink", "uevents", "packetSockets", "memfd", "writableCode"]),
		...origin,
		program: v.exactOptional(path),
	}),
]) satisfies v.GenericSchema<unknown, Addition>;

/** Loose where a field is only shown, so that descriptions of newer versions can still be read. */
const cageSchema = v.looseObject({
	schema: v.literal(schemaOfCage),
	name: v.string(),
	application: applicationSchema,
	rules: rulesSchema,
	template: v.exactOptional(v.string()),
	parameters: v.exactOptional(v.record(v.string(), v.string())),
	unit: v.exactOptional(v.string()),
	notes: v.exactOptional(v.array(noteSchema)),
	accepted: v.exactOptional(strings),
	dedicatedAccount: v.exactOptional(v.string()),
	stateInPlace: v.exactOptional(v.array(path)),
	requested: v.exactOptional(v.string()),
	activeAccounts: v.exactOptional(strings),
	company: v.exactOptional(
		v.object({ neighbours: v.array(v.object({ path, service: v.string(), by: path, name: path })), clientFiles: v.array(path) }),
	),
	footprint: v.exactOptional(
		v.object({
			ports: strings,
			uids: v.array(v.number()),
			writable: strings,
			binds: bindsSchema,
		}),
	),
	retention: v.exactOptional(v.object({ generations: v.number(), days: v.exactOptional(v.number()) })),
	onHost: v.boolean(),
	additions: v.array(addition),
	minimised: v.exactOptional(
		v.object({
			at: v.string(),
			probes: v.number(),
			exercises: v.number(),
			signals: v.number(),
			trials: v.number(),
			isComplete: v.boolean(),
			paths: v.array(path),
			cacheBytes: v.exactOptional(v.number()),
		}),
	),
	exercises: strings,
	signals: strings,
	handlesTerm: v.boolean(),
	keepsAccount: v.exactOptional(v.boolean()),
	endsSlowly: v.exactOptional(v.boolean()),
	madeAt: v.string(),
	trials: v.array(v.looseObject({ round: v.number(), at: v.string(), generation: v.number(), answered: v.boolean() })),
	unitTrial: v.exactOptional(
		v.looseObject({
			generation: v.number(),
			unit: v.string(),
			failed: v.exactOptional(
				v.object({
					step: v.picklist(unitSteps),
					state: v.string(),
					words: v.string(),
					killedFor: v.exactOptional(v.string()),
				}),
			),
			withoutReload: v.exactOptional(v.literal(true)),
		}),
	),
	selftest: v.exactOptional(
		v.looseObject({ at: v.string(), tried: v.number(), escaped: strings, openByDesign: strings, findings: strings }),
	),
	alarms: v.exactOptional(
		v.object({
			at: v.string(),
			generation: v.number(),
			filtered: v.number(),
			raised: v.number(),
			slowest: v.number(),
			silent: strings,
		}),
	),
	seconds: v.object({ trace: v.number(), plan: v.number(), build: v.number(), trial: v.number() }),
} satisfies Record<keyof Cage | "schema", v.GenericSchema>);

/** Undefined if it is not one of our descriptions. */
export function cageFromJson(text: string): Cage | undefined {
	return attempt(() => {
		const { schema: _, ...cage } = v.parse(cageSchema, JSON.parse(text));
		return cage as unknown as Cage;
	});
}
