import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import type { Store } from "../../base/engine/store.ts";
import { Failure, type FailureCode, type Note } from "../../base/failure.ts";
import { didYouMean } from "../../base/nearest.ts";
import { defaultTimeout } from "../../options/answers.ts";
import type { GivenOptions } from "../../options/options.ts";
import { type Application, socketsOf } from "../../service/application.ts";
import { type FoundApplication, type ListeningAddress, obstacle, onlyMember } from "../../service/found.ts";
import { serviceOf } from "../../service/service-settings.ts";
import type { ParameterValues } from "../parameters.ts";
import type { StoredTemplate } from "../ports.ts";
import type { Template } from "../template.ts";

/** The arguments of `make` and its single steps: a template, a unit or a cage, a command, and options. */
export interface CageRequest {
	readonly target?: string;
	readonly command: readonly string[];
	readonly options: GivenOptions;
}

/** A template, or an application that was found on this machine. */
export type StartingPoint =
	| {
			readonly kind: "template";
			readonly template: Template;
			/** Default parameters of this machine. */
			readonly values?: ParameterValues;
			readonly unit?: string;
	  }
	| {
			readonly kind: "found";
			readonly name: string;
			readonly unit?: string;
			readonly notes: readonly Note[];
			readonly ports: readonly ListeningAddress[];
			readonly application: Application;
			readonly dynamicUser?: string;
	  };

/**
 * The template of that name, otherwise the systemd unit; `NAME.service` is always the unit. For a template, `unit` is the unit of
 * the same name, which the user may have meant. A unit without a program of its own means the only service that it starts. `accepted` throws if nobody accepted the template's commands. Throws
 * `target-unknown`, what `onlyMember` throws, or why the unit cannot be caged (exit 2).
 */
export async function startingPoint(
	context: Pick<Context, "machine">,
	name: string,
	accepted: (stored: StoredTemplate) => Promise<void> = refuseUnaccepted,
): Promise<StartingPoint> {
	const isUnit = /\.(service|socket)$/.test(name);
	const { applications, store } = context.machine;
	const stored = isUnit ? undefined : await storedTemplate(store, name);
	if (stored !== undefined) {
		await accepted(stored);
		const { template, values } = stored;
		const unit = applications.unitNamed(name);
		return { kind: "template", template, values, ...omitUndefined({ unit }) };
	}
	const found = await applications.unit(name);
	if (found === undefined)
		throw new Failure(isUnit ? "unit-unknown" : "target-unknown", { name, ...(await similarTemplate(store, name)) }, 2);
	const unit = found.unit ?? name;
	const member = onlyMember(unit, found.members ?? []);
	if (member !== undefined)
		return withNote(await startingPoint(context, member), { code: "unit-member", values: { unit, member } });
	refuseUnstartable(found);
	return fromFound(found);
}

function withNote(point: StartingPoint, note: Note): StartingPoint {
	return point.kind === "found" ? { ...point, notes: [note].concat(point.notes) } : point;
}

/** The template of that name, if any. */
export async function storedTemplate(
	{ templates }: Pick<Store, "templates">,
	name?: string,
): Promise<StoredTemplate | undefined> {
	return (await templates.list()).find(({ template }) => template.name === name);
}

/** Throws `template-unknown` (exit 2). */
export async function knownTemplate(store: Pick<Store, "templates">, name?: string): Promise<StoredTemplate> {
	const found = await storedTemplate(store, name);
	if (!found) throw new Failure("template-unknown", { name: name ?? "", ...(await similarTemplate(store, name ?? "")) }, 2);
	return found;
}

async function similarTemplate({ templates }: Pick<Store, "templates">, name: string) {
	return didYouMean(
		name,
		(await templates.list()).map(({ template }) => template.name),
	);
}

/** The default if nobody can be asked. */
export async function refuseUnaccepted({ accepted, template }: StoredTemplate): Promise<void> {
	if (!accepted) throw new Failure("template-unaccepted", { name: template.name }, 2);
}

/** Turns an application that was found into a starting point. Missing properties get the defaults of `make`. */
export function fromFound({ application, dynamicUser, name, notes, ports, unit }: FoundApplication): StartingPoint {
	return {
		kind: "found",
		// A unit template has no instance to name the cage after.
		name: name.replace(/@$/, "").replace(/[^A-Za-z0-9._-]/g, "-"),
		...omitUndefined({ unit }),
		notes,
		ports,
		application: {
			command: application.command ?? [],
			...omitUndefined({ user: application.user }),
			cwd: application.cwd ?? "/",
			env: application.env ?? {},
			probes: application.probes ?? [],
			exercises: application.exercises ?? [],
			timeout: application.timeout ?? defaultTimeout,
			network: application.network ?? "host",
			directories: application.directories ?? [],
			...socketsOf(application),
			...serviceOf(application),
		},
		...omitUndefined({ dynamicUser }),
	};
}

/** Maps a note to the failure with the same meaning. */
const refusals: Readonly<Record<string, FailureCode>> = {
	"unit-template": "unit-needs-instance",
	"unit-without-command": "unit-starts-nothing",
	"unit-oneshot": "unit-ends",
	"unit-per-connection": "unit-per-connection-refused",
	"unit-sockets-unsupported": "unit-sockets-refused",
	"found-program-missing": "unit-program-missing",
};

function refuseUnstartable(found: FoundApplication): void {
	if (found.startable) return;
	const why = obstacle(found);
	throw new Failure(refusals[why?.code ?? ""] ?? "unit-starts-nothing", { unit: found.unit ?? found.name, ...why?.values }, 2);
}
