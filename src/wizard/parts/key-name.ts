import type { Messages } from "../../messages/messages.ts";

export function keyName(id: string, messages: Messages): string {
	return messages.wizard.keyNames[id] ?? id;
}
