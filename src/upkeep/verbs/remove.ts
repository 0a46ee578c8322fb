import { omitUndefined } from "../../base/collections.ts";
import { Failure } from "../../base/failure.ts";
import { baseName, pathToJson } from "../../base/path/path.ts";
import { showPath } from "../../base/path/quote.ts";
import type { CageContent } from "../../cage/ports.ts";
import { ask } from "../../cli/ask.ts";
import type { Terminal } from "../../cli/terminal.ts";
import type { Messages } from "../../messages/messages.ts";
import { planRemoval, type RemovalPlan, removeCage } from "../engine/remove.ts";

interface RemoveOptions {
	readonly keepData?: boolean;
	readonly yes?: boolean;
	readonly dryRun?: boolean;
}

/** Removes a cage after showing what that deletes. */
export async function remove(terminal: Terminal, name: string, options: RemoveOptions): Promise<number> {
	const words = terminal.messages.cli.remove;
	return terminal.withContext(async (context) => {
		const removal = { keepData: options.keepData ?? false };
		const plan = await planRemoval(context, name, removal);
		if (options.dryRun) {
			const account = plan.account === undefined ? {} : { account: plan.account };
			return terminal.result("remove", { ...planToJson(plan), ...account, removed: false, dryRun: true }, () =>
				removalText(plan, terminal.messages),
			);
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
		return terminal.result("remove", { ...planToJson(plan), removed: true, ...omitUndefined({ account: withdrawn }) }, () =>
			words.done(name),
		);
	});
}

function planToJson({ contents, folder, generations, hooks, keepData, mentions, name, units }: RemovalPlan) {
	const goes = contents.filter(({ isData }) => !keepData || !isData);
	return {
		name,
		keptData: keepData,
		folder,
		generations,
		deletes: [...goes.map(({ path }) => path), ...units.map(({ place }) => place), ...hooks].map(pathToJson),
		bytes: goes.reduce((sum, { bytes }) => sum + bytes, 0),
		keeps: contents.filter(({ isData }) => keepData && isData).map(({ path }) => pathToJson(path)),
		units: units.map(({ place, service }) => ({ path: pathToJson(place), ...omitUndefined({ service }) })),
		hooks: hooks.map(pathToJson),
		mentions: mentions.map(pathToJson),
	};
}

function removalText(plan: RemovalPlan, messages: Messages): string {
	const words = messages.cli.remove;
	const { account, contents, generations, hooks, keepData, mentions, name, units } = plan;
	const line = ({ bytes, isData, path }: CageContent) => {
		const [shown, size] = [showPath(path), messages.bytes(bytes)];
		if (baseName(path) === "generations") return words.generations(shown, generations.length, size);
		return isData && baseName(path).startsWith("data") ? words.data(shown, size) : words.item(shown, size);
	};
	const kept = contents.filter(({ isData }) => keepData && isData);
	return [
		words.will(name),
		...contents.filter((one) => !kept.includes(one)).map(line),
		...units.map(({ place, service }) =>
			service === undefined ? words.unit(showPath(place)) : words.dropin(showPath(place), service),
		),
		...hooks.map((place) => words.hook(showPath(place))),
		...(account === undefined ? [] : [words.account(account)]),
		...(kept.length ? [words.keeps, ...kept.map(line)] : []),
		...mentions.map((place) => words.mentions(showPath(place))),
	].join("\n");
}
