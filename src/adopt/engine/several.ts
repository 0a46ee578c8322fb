import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { Failure, type FailureCode } from "../../base/failure.ts";
import { orderByUse } from "../clients.ts";
import { type AdoptionPlan, type AdoptionResult, type AdoptRequest, adoptService, planAdoption } from "./adopt.ts";
import { planRelease, type ReleasePlan, type ReleaseResult, releaseService } from "./release.ts";
import { withoutSignal } from "./undo.ts";

/**
 * Moves several running services into their cages, one after the other: whoever is used by another of them moves first. If one
 * fails, or a signal arrives, those that moved return in reverse order. Returns undefined if the plans were not confirmed.
 */
export async function adoptServices(
	context: Context,
	requests: readonly AdoptRequest[],
	confirm: (plans: readonly AdoptionPlan[]) => Promise<boolean>,
): Promise<readonly AdoptionResult[] | undefined> {
	const plans = await planAdoptions(context, requests);
	if (!(await confirm(plans))) return undefined;
	const adopted: AdoptionResult[] = [];
	for (const { service } of plans) {
		const request = requests.find((one) => one.service === service);
		if (request === undefined) continue;
		try {
			const done = await adoptService(context, { ...request, together: true }, async () => true);
			if (done) adopted.push(done);
		} catch (error) {
			const back = adopted.map(({ plan }) => plan.service).reverse();
			await takeBack(context, back, (one, calm) => releaseService(calm, one, "cage", async () => true));
			throw failureOfMove(context, { code: "adopt-together-failed", back, service }, error);
		}
	}
	for (const { plan } of adopted) await endTogether(context, plan.present.cage.name);
	return adopted;
}

async function endTogether({ machine: { store } }: Context, name: string): Promise<void> {
	await using _lock = await store.lock(name);
	const adoption = await store.adoption(name);
	if (adoption === undefined) return;
	const { together: _, ...rest } = adoption;
	await store.adopting.save(name, rest);
}

/** The plans in the order of the moves. Each `service` of a request is a full name. */
export async function planAdoptions(context: Context, requests: readonly AdoptRequest[]): Promise<readonly AdoptionPlan[]> {
	const plans = new Map<string, AdoptionPlan>();
	for (const request of requests) plans.set(request.service, await planAdoption(context, request));
	const order = await orderOfServices(context, [...plans.keys()], [...plans.values()]);
	return order.flatMap((service) => plans.get(service) ?? []);
}

/**
 * Moves several services back to the host, users before what they use. If one fails, or a signal arrives, those that moved return
 * to their cages.
 */
export async function releaseServices(
	context: Context,
	services: readonly string[],
	keep: "host" | "cage" | undefined,
	confirm: (plans: readonly ReleasePlan[]) => Promise<boolean>,
): Promise<readonly ReleaseResult[] | undefined> {
	const plans: ReleasePlan[] = [];
	for (const service of services) plans.push(await planRelease(context, service, keep));
	const order = await orderOfServices(
		context,
		plans.map(({ adoption }) => adoption.service),
	);
	const ordered = order.reverse().flatMap((service) => plans.find(({ adoption }) => adoption.service === service) ?? []);
	if (!(await confirm(ordered))) return undefined;
	const released: ReleaseResult[] = [];
	for (const { adoption } of ordered) {
		try {
			const done = await releaseService(context, adoption.service, keep, async () => true);
			if (done) released.push(done);
		} catch (error) {
			const moved = released.map(({ plan }) => plan).reverse();
			const requests = new Map(moved.map((plan) => [plan.adoption.service, requestOf(plan)]));
			await takeBack(context, [...requests.keys()], async (service, calm) => {
				const request = requests.get(service);
				if (request) await adoptService(calm, request, async () => true);
			});
			const back = [...requests.keys()];
			throw failureOfMove(context, { code: "release-together-failed", back, service: adoption.service }, error);
		}
	}
	return released;
}

/** Asks for the same move into the cage as the one that a release undoes. */
export function requestOf({ adoption, name }: Pick<ReleasePlan, "adoption" | "name">): AdoptRequest {
	const { clientProbes, copyData = false, probes, service, timeout } = adoption;
	return { name, service, probes, timeout, copyData, ...omitUndefined({ clientProbes }) };
}

/** Whoever is used by another of these services comes before it, by their units, and by the clients in the plans. */
async function orderOfServices(
	{ machine }: Context,
	services: readonly string[],
	plans: readonly AdoptionPlan[] = [],
): Promise<string[]> {
	const uses = new Map<string, readonly string[]>();
	for (const service of services) {
		const served = plans.filter(({ clients }) => clients.served.clients.some((client) => client.name === service));
		uses.set(service, [...(await machine.services.needs(service)), ...served.map((plan) => plan.service)]);
	}
	return orderByUse(services, uses);
}

/** Undoes moves. One that cannot be undone does not keep the others from it. */
async function takeBack(
	hasty: Context,
	services: readonly string[],
	back: (service: string, calm: Context) => Promise<unknown>,
): Promise<void> {
	const context = withoutSignal(hasty);
	for (const service of services) {
		await back(service, context).catch((error: unknown) => {
			context.emit({
				event: "warned",
				code: "not-taken-back",
				values: { ...(error instanceof Failure ? error.values : {}), service, cause: problemCode(error) },
			});
		});
	}
}

/** A code with a sentence, for a warning. */
function problemCode(error: unknown): string {
	return error instanceof Failure ? error.code : String(error);
}

/** The failure of one move among several. After a signal, the changes of the whole command are reported elsewhere. */
function failureOfMove(
	{ signal }: Context,
	{ back, code, service }: { readonly back: readonly string[]; readonly code: FailureCode; readonly service: string },
	error: unknown,
): unknown {
	if (signal.aborted || !back.length) return error;
	const exit = error instanceof Failure ? error.exit : 1;
	return new Failure(code, { service, back: back.join(", ") }, exit, error);
}
