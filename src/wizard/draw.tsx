import { render } from "ink";
import { useCallback, useSyncExternalStore } from "react";
import { Frame } from "./frame.tsx";
import type { Look } from "./look.ts";
import type { WizardStore } from "./runner.ts";
import { usualSize } from "./terminal.ts";

/** With Ink's thirty, a key that follows another one closely would be answered only two pictures of the terminal later. */
const picturesPerSecond = 60;

/** What Ink puts where it cuts a row, and what takes its place of one column in a terminal that can show ASCII alone. */
const cutMark = "…";
const plainCutMark = "~";

/**
 * Draws what the store holds until the returned function is called. Without Ink's incremental rendering: in 6.8 it begins one row
 * too low wherever a frame does not fill the terminal, and ours never does.
 */
export function drawApp(
	store: WizardStore,
	look: Look,
	onFailure: (error: unknown) => void,
	stdout: NodeJS.WriteStream = process.stdout,
	maxFps = picturesPerSecond,
): Drawn {
	let held = false;
	const instance = render(<App store={store} look={look} />, {
		stdout: sized(stdout, (text) => (held ? "" : look.ascii ? text.replaceAll(cutMark, plainCutMark) : text)),
		exitOnCtrlC: false,
		patchConsole: false,
		maxFps,
	});
	instance.waitUntilExit().catch(onFailure);
	return {
		hold() {
			held = true;
		},
		clear() {
			const before = held;
			held = false;
			instance.clear();
			held = before;
		},
		end: () => instance.unmount(),
	};
}

/** What is on the terminal. */
export interface Drawn {
	/** Draws no more, not even a last frame: the terminal has another size than the one that frames are made for. */
	hold(): void;
	/** Takes the frame away, also of what is held. */
	clear(): void;
	/** Leaves it as it is and draws no more. */
	end(): void;
}

/**
 * The terminal as it was when drawing began. Ink takes a frame that is as tall as the terminal for one that fills it, and clears the
 * scrollback then; so it must not hear of a new size before the frame fits it. Some terminals (serial lines, a pty that nobody sized)
 * say 0 by 0. What is held writes nothing, and whoever waits for it to be written does not wait for ever.
 */
function sized(stdout: NodeJS.WriteStream, written: (text: string) => string): NodeJS.WriteStream {
	const rows = stdout.rows || usualSize.rows;
	const columns = stdout.columns || usualSize.columns;
	return new Proxy(stdout, {
		get(target, name) {
			if (name === "rows") return rows;
			if (name === "columns") return columns;
			if (name === "on" || name === "off") {
				return (event: string, listener: () => void) => (event === "resize" ? target : target[name](event, listener));
			}
			if (name === "write") {
				return (text: string, ...rest: []) => target.write(written(text), ...rest);
			}
			const value: unknown = Reflect.get(target, name);
			return typeof value === "function" ? value.bind(target) : value;
		},
	});
}

export function App({ look, store }: { store: WizardStore; look: Look }) {
	const state = useSyncExternalStore(
		(listener) => store.subscribe(listener),
		() => store.state,
	);
	const onMeasured = useCallback(
		(scrollEnd: number, found: readonly number[]) => store.dispatch({ type: "measured", scrollEnd, found }),
		[store],
	);
	return <Frame state={state} look={look} onMeasured={onMeasured} />;
}
