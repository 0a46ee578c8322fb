import type Conf from "conf";

let loaded: Promise<typeof Conf> | undefined;

/**
 * Loads conf without its signal handlers. They send the signal to this process again, and a second signal ends the wizard while
 * it undoes its work, or a search before it saves the best result. They only remove temporary files, which the next opening
 * removes as well.
 */
export function loadConf(): Promise<typeof Conf> {
	loaded ??= (async () => {
		const before = new Set(process.eventNames().flatMap((name) => process.rawListeners(name)));
		const { default: Store } = await import("conf");
		for (const name of process.eventNames()) {
			if (typeof name !== "string" || !name.startsWith("SIG")) continue;
			for (const listener of process.rawListeners(name)) {
				if (!before.has(listener)) process.off(name, listener as () => void);
			}
		}
		return Store;
	})();
	return loaded;
}
