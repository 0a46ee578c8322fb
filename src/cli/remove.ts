import { Failure } from "../core/failure.ts";
import { pathToJson } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import { planRemoval, type RemovalPlan, removeCage } from "../engine/upkeep/remove.ts";
import { removalText } from "../report/removal.ts";
import { ask } from "./ask.ts";
import type { Terminal } from "./terminal.ts";

export interface RemoveOptions {
	readonly keepData?: boolean;
	readonly yes?: boolean;
	readonly dryRun?: boolean;
}

/** Takes a cage away with all that was made for it; says first what that is. */
export async function remove(terminal: Terminal, name: string, options: RemoveOptions): Promise<number> {
	const words = terminal.messages.cli.remove;
	return terminal.withContext(async (context) => {
		const removal = { keepData: options.keepData ?? false };
		const plan = await planRemoval(context, name, removal);
		if (options.dryRun) {
			const account = plan.account === undefined ? {} : { account: plan.account };
			if (terminal.options.json) terminal.printJson("remove", { ...planToJson(plan), ...account, removed: false, dryRun: true });
			else terminal.print(removalText(plan, terminal.messages));
			return 0;
		}
		if (!options.yes) {
			if (!terminal.interactive) throw new Failure("removal-unconfirmed", { name }, 2);
			terminal.say(removalText(plan, terminal.messages));
			if (!(await ask(terminal, words.question(name)))) {
				terminal.say(words.kept(name));
				return 1;
			}
		}
		const withdrawn = await removeCage(context, name, removal);
		if (withdrawn?.keptFor !== undefined) terminal.say(words.accountKept(withdrawn.name, withdrawn.keptFor));
		for (const place of plan.mentions) terminal.say(words.mentions(showPath(place)));
		if (terminal.options.json)
			terminal.printJson("remove", { ...planToJson(plan), removed: true, ...(withdrawn ? { account: withdrawn } : {}) });
		else terminal.print(words.done(name));
		return 0;
	});
}

function planToJson({ contents, folder, generations, hooks, keepData, mentions, name, units }: RemovalPlan): object {
	const goes = contents.filter(({ isData }) => !keepData || !isData);
	return {
		name,
		keptData: keepData,
		folder,
		generations,
		deletes: [...goes.map(({ path }) => path), ...units.map(({ place }) => place), ...hooks].map(pathToJson),
		bytes: goes.reduce((sum, { bytes }) => sum + bytes, 0),
		keeps: contents.filter(({ isData }) => keepData && isData).map(({ path }) => pathToJson(path)),
		units: units.map(({ place, service }) => ({ path: pathToJson(place), ...(service === undefined ? {} : { service }) })),
		hooks: hooks.map(pathToJson),
		mentions: mentions.map(pathToJson),
	};
}
