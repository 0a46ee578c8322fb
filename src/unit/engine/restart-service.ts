import { omitUndefined } from "../../base/collections.ts";
import type { Context } from "../../base/engine/context.ts";
import { presentCage } from "../../cage/engine/cages.ts";
import type { GenerationSwitch } from "../../upkeep/ports.ts";
import type { Companions } from "../ports.ts";
import { passingClientProbes, requireClientAnswers } from "./client-probes.ts";
import {
	noAnswerFailure,
	noCompanions,
	probeService,
	type ServiceQuestion,
	startAndProbe,
	startService,
	stopService,
} from "./service-probes.ts";

interface ServiceToRestart {
	/** The cage's. */
	readonly name: string;
	readonly service: string;
	readonly question: ServiceQuestion;
	/** It runs in an older generation, so it is stopped first. */
	readonly isStale: boolean;
	/** From `unrestoredCompanions`. */
	readonly unrestored: Companions | undefined;
	/** Writes the unit again, between stop and start, because the unit that started a process knows how to stop it. */
	renew(): Promise<void>;
}

/**
 * Restarts a service in the present generation and waits until it answers. What is stopped is stored until then, so that neither a
 * kill nor a failure leaves it stopped: the next call starts all of it again. Throws `service-silent…` or `client-probe-silent` (exit 1).
 */
export async function restartService(context: Context, restarted: ServiceToRestart): Promise<void> {
	const { isStale, name, question, renew, service, unrestored } = restarted;
	const { probes, timeout } = question;
	const clientProbes = [...question.clientProbes, ...(await passingClientProbes(context, question.foundClientProbes))];
	let companions = unrestored ?? noCompanions;
	if (isStale) {
		companions = mergeCompanions(companions, await context.machine.services.companions(service));
		context.emit({ event: "service-stopped", service });
		await saveStopped(context, name, { service, companions });
		await stopService(context, service, companions);
	}
	await renew();
	if (unrestored) {
		await startAndProbe(context, { service, companions, probes, timeout });
		context.emit({ event: "service-started", service });
		await saveStopped(context, name, undefined);
		return await requireClientAnswers(context, clientProbes, timeout);
	}
	await startService(context, service, companions);
	context.emit({ event: "service-started", service });
	const answer = await probeService(context, service, probes, { seconds: timeout });
	const probe = answer.probes.find(({ ok }) => !ok)?.command ?? probes[0] ?? "";
	if (!answer.answered) throw await noAnswerFailure(context, service, answer, probe);
	await requireClientAnswers(context, clientProbes, timeout);
	await saveStopped(context, name, undefined);
}

/** The companions of a service that an earlier restart stopped, if it did not answer after that. */
export async function unrestoredCompanions(
	{ machine: { services, store } }: Context,
	name: string,
	service: string,
): Promise<Companions | undefined> {
	const stopped = (await store.upkeep.switching(name))?.stopped;
	return services.running() && stopped?.service === service ? stopped.companions : undefined;
}

function mergeCompanions(one: Companions, other: Companions): Companions {
	return {
		triggers: [...new Set([...one.triggers, ...other.triggers])],
		dependents: [...new Set([...one.dependents, ...other.dependents])],
	};
}

async function saveStopped(context: Context, name: string, stopped: GenerationSwitch["stopped"]): Promise<void> {
	const { upkeep } = context.machine.store;
	const { cage, generation } = await presentCage(context, name);
	const { before, from } = (await upkeep.switching(name)) ?? { from: generation, before: cage };
	await upkeep.saveSwitching(name, { from, before, ...omitUndefined({ stopped }) });
}
