import { changeTexts } from "../../messages/change-texts.ts";
import { type Messages, messagesFor } from "../../messages/messages.ts";
import type { Command } from "../state/command.ts";
import { keyOf } from "./bindings.ts";
import { keyName } from "./footer.ts";

/** A key in a text: `{key:COMMAND}`. Keys that are the same with and without a screen are written as they are. */
const placeholder = /\{key:([a-z-]+)\}/g;

/** Returns the messages with the keys that their texts name. */
export function withKeys(messages: Messages, named: (command: Command) => string): Messages {
	const { wizard, ...others } = messages.catalogue;
	const change = (text: string) => text.replace(placeholder, (_, command) => named(command as Command));
	return messagesFor({ ...others, wizard: changeTexts(wizard, change) });
}

/** Returns the messages with the keys of the screen. */
export function withScreenKeys(messages: Messages): Messages {
	return withKeys(messages, (command) => keyName(keyOf(command), messages));
}
