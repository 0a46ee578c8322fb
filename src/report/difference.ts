import type { Difference, Setting } from "../core/cage/difference.ts";
import { showPath } from "../core/path/quote.ts";
import type { Messages } from "../messages/messages.ts";

/** A path that would become another one, and in which way: `/etc/x (mode, owner)`. */
export function changedText({ aspects, path }: Difference["changed"][number], { cli }: Messages): string {
	return `${showPath(path)} (${aspects.map((aspect) => cli.difference.aspects[aspect]).join(", ")})`;
}

export function settingsText(settings: readonly Setting[], { cli }: Messages): string {
	return settings.map((setting) => cli.difference.settings[setting]).join(", ");
}
