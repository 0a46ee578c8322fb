import { render } from "ink";
import { App } from "./app.tsx";
import type { Look } from "./look.ts";
import type { WizardStore } from "./store.ts";

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
	const instance = render(<App store={store} look={look} />, { stdout, exitOnCtrlC: false, patchConsole: false });
	instance.waitUntilExit().catch(onFailure);
	return () => instance.unmount();
}
