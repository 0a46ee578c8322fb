import { type Adoption, placesOf, sharedWithOthers } from "../../core/adoption/adoption.ts";
import { Failure } from "../../core/failure.ts";
import type { Path } from "../../core/path/path.ts";
import { showPath } from "../../core/path/quote.ts";
import { type PresentCage, presentCage } from "../cages.ts";
import type { Context } from "../context.ts";
import { planUnit } from "../run/installed-unit.ts";
import { hostService } from "../run/unit.ts";
import { auditGeneration } from "../upkeep/audit.ts";
import { askService } from "./asking.ts";

export interface AdoptRequest {
	/** The cage. */
	readonly name: string;
	/** The service, as it was called. */
	readonly service: string;
	/** Instead of those that the cage was made with. */
	readonly probes: readonly string[];
	readonly timeout?: number;
}

/** Everything that an adoption will do; nothing of it is done yet. */
export interface AdoptionPlan {
	readonly present: PresentCage;
	readonly service: string;
	readonly dropin: string;
	readonly places: readonly Path[];
	readonly probes: readonly string[];
	readonly timeout: number;
}

/** What can go wrong is found out while the service still runs. Throws a Failure that says what does not fit. */
export async function planAdoption(context: Context, request: AdoptRequest): Promise<AdoptionPlan> {
	const { machine } = context;
	const { name } = request;
	requireSystemd(context);
	const service = hostService(context, request.service).name;
	const present = await presentCage(context, name);
	const { cage, layout, manifest } = present;
	const other = await cageThatAdopted(context, service);
	if (other !== undefined) throw new Failure("already-adopted", { service, name: other }, 2);
	const own = await machine.store.adoption(name);
	if (own) throw new Failure("cage-has-service", { service: own.service, name }, 2);
	for (const generation of await machine.store.generations(name)) {
		const [pid] = machine.launcher.running(machine.store.root(name, generation)).processes;
		if (pid !== undefined) throw new Failure("cage-running", { name, pid }, 4);
	}
	const places = placesOf(manifest);
	const shared = sharedWithOthers(places);
	if (shared !== undefined) throw new Failure("adopt-too-wide", { path: showPath(shared), name }, 4);
	await auditGeneration(context, manifest, layout);
	await machine.store.adopting.requireRoom(name, places);
	const { before, text: dropin } = await planUnit(context, { name, service });
	if (before !== undefined) throw new Failure("dropin-there", { service, name }, 4);
	const probes = request.probes.length ? request.probes : cage.application.probes;
	const timeout = request.timeout ?? cage.application.timeout;
	const { active } = await machine.services.state(service);
	if (active !== "active") throw new Failure("service-not-running", { service, state: active }, 1);
	// A probe that the service as it is does not answer would blame the cage.
	const { answered, probes: asked } = await askService(context, service, probes, timeout);
	if (!answered) throw new Failure("adopt-probe-fails", { service, probe: failedProbe(asked) ?? "" }, 1);
	return { present, service, dropin, places, probes, timeout };
}

export function requireSystemd({ machine }: Context): void {
	if (!machine.services.running()) throw new Failure("no-systemd", {}, 3);
}

/** The cage that has this service, or is on the way to having it. */
export async function cageThatAdopted({ machine }: Context, service: string): Promise<string | undefined> {
	for (const name of await machine.store.names()) {
		if ((await machine.store.adoption(name))?.service === service) return name;
	}
	return undefined;
}

export function failedProbe(probes: readonly { readonly command: string; readonly ok: boolean }[]): string | undefined {
	return probes.find(({ ok }) => !ok)?.command;
}

/** Writes down where the adoption stands. */
export async function enter({ machine }: Context, name: string, adoption: Adoption): Promise<Adoption> {
	await machine.store.adopting.save(name, adoption);
	return adoption;
}
