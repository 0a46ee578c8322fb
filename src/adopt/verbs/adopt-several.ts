import type { Context } from "../../base/engine/context.ts";
import { Failure } from "../../base/failure.ts";
import { ask } from "../../cli/ask.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { recordAcceptances } from "../../launch/verbs/run.ts";
import { type GivenOptions, type OptionName, optionFlag } from "../../options/options.ts";
import { requireClientProbes } from "../../unit/engine/client-probes.ts";
import { hostService } from "../../unit/engine/unit.ts";
import { type AdoptionPlan, type AdoptRequest, requireSystemd } from "../engine/adopt.ts";
import { planRelease, type ReleasePlan } from "../engine/release.ts";
import { adoptServices, planAdoptions, releaseServices } from "../engine/several.ts";
import {
	adoptedJson,
	adoptedText,
	adoptOne,
	cageOf,
	planJson,
	planText,
	type ReleaseOptions,
	releasedJson,
	releasedText,
	releaseJson,
	releaseOne,
	releaseText,
	requestFor,
	requestOf,
} from "./adopt.ts";

/** Options that have a meaning for several services at once. */
const ofSeveral: readonly OptionName[] = [
	...([
		"clientProbe",
		"timeout",
		"acceptFinding",
		"allowSecret",
		"allowSetuid",
		"selftest",
		"copyData",
		"yes",
		"dryRun",
	] as const),
];

export async function adopt(terminal: Terminal, services: readonly string[], options: GivenOptions): Promise<number> {
	const [only = ""] = services;
	return new Set(services).size > 1 ? adoptAll(terminal, services, options) : adoptOne(terminal, only, options);
}

async function adoptAll(terminal: Terminal, services: readonly string[], options: GivenOptions): Promise<number> {
	return terminal.withContext(async (context) => {
		requireSystemd(context);
		const names = [...new Set(services.map((service) => hostService(context, service).name))];
		refuseOptionsOfOne(options, names[0] ?? "");
		const { clientProbe = [], timeout = clientSeconds } = options;
		await requireClientProbes(context, clientProbe, timeout);
		if (options.dryRun) return previewAll(terminal, context, names, options);
		// All cages first, because making them changes nothing for the services.
		const requests: AdoptRequest[] = [];
		for (const service of names) {
			const request = await requestFor(terminal, context, service, options);
			if (request === undefined) return 1;
			requests.push(request);
		}
		for (const { accepted = [], name } of requests) await recordAcceptances(context, name, accepted);
		const words = terminal.messages.cli;
		const adopted = await adoptServices(context, requests, async (plans) => {
			if (options.yes) return true;
			if (!terminal.interactive) throw new Failure("adopt-consent", { service: names.join(", ") }, 2);
			terminal.say(plansText(terminal, plans));
			return ask(terminal, words.clients.adoptQuestion);
		});
		if (!adopted) {
			terminal.say(words.adoption.stays(names.join(", ")));
			return 1;
		}
		const json = adopted.map((one) => adoptedJson(one.plan.present.cage.name, one));
		return terminal.result("adopt", { services: json, answered: true }, () =>
			adopted.map((one) => adoptedText(terminal, one.plan.present.cage.name, one)).join("\n"),
		);
	});
}

/** Throws `adopt-together-option` (exit 2) for an option that describes one service. */
function refuseOptionsOfOne(options: GivenOptions, service: string): void {
	for (const option of Object.keys(options) as OptionName[]) {
		if (!ofSeveral.includes(option)) throw new Failure("adopt-together-option", { option: optionFlag(option), service }, 2);
	}
}

/** Shows what would move, in order. A service without a cage has only its clients: its own preview shows what would be made. */
async function previewAll(
	terminal: Terminal,
	context: Context,
	names: readonly string[],
	options: GivenOptions,
): Promise<number> {
	const present = new Map<string, string>();
	for (const service of names) {
		const name = await cageOf(context, service, undefined);
		if (name !== undefined) present.set(service, name);
	}
	const without = names.filter((service) => !present.has(service));
	const requests = [...present].map(([service, name]) => requestOf(options, name, service));
	const plans = await planAdoptions(context, requests);
	const json = plans.map((plan) => planJson(plan.present.cage.name, plan));
	const commands = without.map((service) => terminal.commandLine("adopt", service, "--dry-run"));
	return terminal.result("adopt", { dryRun: true, services: json, withoutCage: without }, () =>
		[
			...(plans.length ? [plansText(terminal, plans)] : []),
			...commands.map((command, index) => terminal.messages.cli.clients.withoutCage(without[index] ?? "", command)),
		].join("\n"),
	);
}

function plansText(terminal: Terminal, plans: readonly AdoptionPlan[]): string {
	const words = terminal.messages.cli.clients;
	return [
		words.order(plans.map(({ service }) => service).join(", ")),
		...plans.map((plan) => planText(terminal, plan.present.cage.name, plan)),
		words.together,
	].join("\n");
}

/** Seconds for a client probe before anything else is known. */
const clientSeconds = 30;

export async function release(terminal: Terminal, services: readonly string[], options: ReleaseOptions): Promise<number> {
	const [only = ""] = services;
	if (new Set(services).size === 1) return releaseOne(terminal, only, options);
	return terminal.withContext(async (context) => {
		const words = terminal.messages.cli;
		const names = [...new Set(services)];
		if (options.dryRun) {
			const plans: ReleasePlan[] = [];
			for (const service of names) plans.push(await planRelease(context, service, options.keep));
			return terminal.result("release", { dryRun: true, services: plans.map(releaseJson) }, () =>
				plans.map((plan) => releaseText(terminal, plan)).join("\n"),
			);
		}
		const released = await releaseServices(context, names, options.keep, async (plans) => {
			if (options.yes) return true;
			if (!terminal.interactive) throw new Failure("adopt-consent", { service: names.join(", ") }, 2);
			const order = words.clients.releaseOrder(plans.map(({ adoption }) => adoption.service).join(", "));
			terminal.say([order, ...plans.map((plan) => releaseText(terminal, plan)), words.clients.together].join("\n"));
			return ask(terminal, words.clients.releaseQuestion);
		});
		if (!released) {
			terminal.say(words.adoption.stays(names.join(", ")));
			return 1;
		}
		return terminal.result("release", { services: released.map(releasedJson), answered: true }, () =>
			released.map((one) => releasedText(terminal, one)).join("\n"),
		);
	});
}
