import { render } from "ink";
import { App } from "./app.tsx";
import type { Look } from "./look.ts";
import type { WizardStore } from "./store.ts";
import { usualSize } from "./terminal.ts";

/**
 * Draws what the store holds until the returned function is called. Without Ink's incremental rendering: in 6.8 it begins one row
 * too low wherever a frame does not fill the terminal, and ours never does.
 */
export function drawApp(
	store: WizardStore,
	look: Look,
	onFailure: (error: unknown) => void,
	stdout: NodeJS.WriteStream = process.stdout,
): () => void {
	const instance = render(<App store={store} look={look} />, { stdout: sized(stdout), exitOnCtrlC: false, patchConsole: false });
	instance.waitUntilExit().catch(onFailure);
	return () => instance.unmount();
}

/**
 * Some terminals (serial lines, a pty that nobody sized) say 0 by 0. Ink takes every frame for one that fills such a terminal, and clears
 * the scrollback each time.
 */
function sized(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
	return new Proxy(stdout, {
		get(target, name) {
			if (name === "rows") return target.rows || usualSize.rows;
			if (name === "columns") return target.columns || usualSize.columns;
			const value: unknown = Reflect.get(target, name);
			return typeof value === "function" ? value.bind(target) : value;
		},
	});
}
