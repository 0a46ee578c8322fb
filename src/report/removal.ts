import { baseName } from "../core/path/path.ts";
import { showPath } from "../core/path/quote.ts";
import type { CageContent } from "../engine/store.ts";
import type { RemovalPlan } from "../engine/upkeep/remove.ts";
import type { Messages } from "../messages/messages.ts";

/** Everything that a removal deletes and keeps, by name. */
export function removalText(plan: RemovalPlan, messages: Messages): string {
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
