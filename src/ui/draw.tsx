import { render } from "ink";
import { App } from "./app.tsx";
import type { Look } from "./look.ts";
import type { WizardStore } from "./store.ts";

/** `failed` rejects when drawing itself failed; it never resolves. */
export function drawApp(store: WizardStore, look: Look): { unmount: () => void; failed: Promise<never> } {
	const instance = render(<App store={store} look={look} />, { exitOnCtrlC: false, incrementalRendering: true });
	const failed = new Promise<never>((_, reject) => {
		instance.waitUntilExit().catch(reject);
	});
	// Nobody may be waiting any more when it fails.
	failed.catch(() => {});
	return { unmount: () => instance.unmount(), failed };
}
