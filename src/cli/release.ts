import type { KeptSide } from "../core/adoption/adoption.ts";
import { Failure } from "../core/failure.ts";
import { pathToJson } from "../core/path/path.ts";
import { printable, showPath } from "../core/path/quote.ts";
import { planRelease, type ReleasePlan, releaseService } from "../engine/adopt/release.ts";
import { dropinPath } from "./adopt.ts";
import { ask } from "./ask.ts";
import type { Terminal } from "./terminal.ts";

export interface ReleaseOptions {
	readonly keep?: KeptSide;
	readonly yes?: boolean;
	readonly dryRun?: boolean;
}

export async function release(terminal: Terminal, called: string, options: ReleaseOptions): Promise<number> {
	return terminal.withContext(async (context) => {
		const words = terminal.messages.cli.adoption;
		if (options.dryRun) {
			const plan = await planRelease(context, called, options.keep);
			if (terminal.options.json) terminal.printJson("release", { dryRun: true, ...planJson(plan) });
			else terminal.print(planText(terminal, plan));
			return 0;
		}
		const released = await releaseService(context, called, options.keep, async (plan) => options.yes || confirm(terminal, plan));
		if (!released) {
			terminal.say(words.stays(called));
			return 1;
		}
		const { interrupted, plan } = released;
		if (terminal.options.json) {
			terminal.printJson("release", { ...planJson(plan), answered: true, seconds: { interrupted } });
		} else terminal.print(words.released(plan.adoption.service, interrupted));
		return 0;
	});
}

async function confirm(terminal: Terminal, plan: ReleasePlan): Promise<boolean> {
	const { service } = plan.adoption;
	if (!terminal.interactive) throw new Failure("adopt-consent", { service }, 2);
	terminal.say(planText(terminal, plan));
	return ask(terminal, terminal.messages.cli.adoption.releaseQuestion(service));
}

function planText({ messages }: Terminal, { adoption, givenBack, name }: ReleasePlan): string {
	const words = messages.cli.adoption;
	return [
		words.willRelease(adoption.service, name),
		words.stop,
		words.giveBack(givenBack.map(showPath)),
		words.removeDropin(dropinPath(adoption.service)),
		words.start(adoption.probes.map(printable)),
		words.orElse,
	].join("\n");
}

function planJson({ adoption, givenBack, name }: ReleasePlan): object {
	const { probes, service, since } = adoption;
	return { name, service, since, places: givenBack.map(pathToJson), probes };
}
