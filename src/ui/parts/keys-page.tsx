import { bindingsOfScreen } from "../../core/wizard/bindings.ts";
import { useView } from "../look.ts";
import { keyName } from "./key-name.ts";
import { ScrollPage } from "./scroll-page.tsx";

/** Every key of the screen. */
export function KeysPage() {
	const { messages, state } = useView();
	const items = bindingsOfScreen(state.screen).map((binding) => ({
		keys: binding.keys.map((id) => keyName(id, messages)).join(" "),
		word: messages.wizard.keys[binding.command],
	}));
	const keysWidth = Math.max(...items.map((item) => item.keys.length));
	return (
		<ScrollPage title={messages.wizard.keysTitle} lines={items.map(({ keys, word }) => `${keys.padEnd(keysWidth)}  ${word}`)} />
	);
}
