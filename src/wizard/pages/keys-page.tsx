import type { Messages } from "../../messages/messages.ts";
import { type Binding, bindingsBelow, editing, groupOf, keyGroups } from "../bindings.ts";
import { useView } from "../look.ts";
import { keyName } from "../parts/key-name.ts";
import { ScrollPage } from "./scroll-page.tsx";

/** Every key of what lies below the page, by what it is for. */
export function KeysPage() {
	const { messages, state } = useView();
	const words = messages.wizard;
	const types = state.prompt !== undefined || state.screen === "form";
	const below = [...bindingsBelow(state), ...(types ? editing : [])];
	const items = below.map((binding) => ({ group: groupOf(binding.command), keys: namesOf(binding, messages), binding }));
	const keysWidth = Math.max(...items.map((item) => item.keys.length));
	const lines = keyGroups.flatMap((group) => {
		const own = items.filter((item) => item.group === group);
		if (!own.length) return [];
		return [
			`${words.keyGroups[group]}:`,
			...own.map(({ binding, keys }) => `  ${keys.padEnd(keysWidth)}  ${words.keys[binding.command]}`),
			"",
		];
	});
	return <ScrollPage title={words.keysTitle} lines={lines.slice(0, -1)} />;
}

function namesOf(binding: Binding, messages: Messages): string {
	return binding.keys.map((id) => keyName(id, messages)).join("  ");
}
