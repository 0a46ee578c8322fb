import type Conf from "conf";

let loaded: Promise<typeof Conf> | undefined;

/**
 * What conf writes files with takes every signal that ends a process, and sends it once more when it comes: the second one would end us in the
 * middle of undoing what we did. It needs them for its temporary files only, which the next opening clears away.
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
