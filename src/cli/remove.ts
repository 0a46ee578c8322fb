import { Failure } from "../core/failure.ts";
import { pathToText } from "../core/path/path.ts";
import { removeCage } from "../engine/remove.ts";
import { ask } from "./ask.ts";
import type { Terminal } from "./terminal.ts";

export async function remove(
	terminal: Terminal,
	name: string,
	options: { keepData?: boolean; yes?: boolean; dryRun?: boolean },
): Promise<number> {
	const words = terminal.messages.cli.remove;
	return terminal.withContext(async (context) => {
		const { store } = context.machine;
		if (!(await store.names()).includes(name)) throw new Failure("cage-unknown", { name }, 2);
		const data = pathToText(store.data(name)) ?? "";
		const account = options.keepData ? undefined : (await store.madeAccount(name))?.name;
		const will = [
			words.will(name, [data.replace(/\/data$/, "")]),
			...(options.keepData ? [words.keeps(data)] : []),
			...(account === undefined ? [] : [words.account(account)]),
		].join("\n");
		if (options.dryRun) {
			const keptData = options.keepData ?? false;
			if (terminal.options.json)
				terminal.printJson("remove", { name, removed: false, dryRun: true, keptData, ...(account ? { account } : {}) });
			else terminal.print(will);
			return 0;
		}
		if (!options.yes) {
			if (!terminal.interactive) throw new Failure("removal-unconfirmed", { name }, 2);
			terminal.say(will);
			if (!(await ask(terminal, words.question(name)))) {
				terminal.say(words.kept(name));
				return 1;
			}
		}
		const withdrawn = await removeCage(context, name, options.keepData ?? false);
		if (withdrawn?.keptFor !== undefined) terminal.say(words.accountKept(withdrawn.name, withdrawn.keptFor));
		if (terminal.options.json)
			terminal.printJson("remove", {
				name,
				removed: true,
				keptData: options.keepData ?? false,
				...(withdrawn ? { account: withdrawn } : {}),
			});
		else terminal.print(words.done(name));
		return 0;
	});
}
